/**
 * The command `check`, as people call it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

const main = fileURLToPath(
  new URL("../../workbench/cli/main.ts", import.meta.url),
);

/** A folder in which the command is called. */
export class Desk implements Disposable {
  readonly path = Deno.makeTempDirSync();

  write(name: string, ...lines: readonly string[]): this {
    Deno.writeTextFileSync(`${this.path}/${name}`, lines.join("\n") + "\n");
    return this;
  }

  async check(...args: readonly string[]) {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "--quiet", main, "check", ...args],
      cwd: this.path,
      stdin: "null",
    }).output();
    const [out, err] = [stdout, stderr].map((it) =>
      new TextDecoder().decode(it)
    );
    return { code, out, err };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

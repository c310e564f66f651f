/**
 * The package for npm, packed and installed as others would, without a network.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { buildPackage } from "../../workbench/npm/build.ts";

/** Whether the machine has Node.js and npm. */
export const HAS_NPM: boolean = ["node", "npm"].every((name) =>
  (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${name}`).isFile;
    } catch {
      return false;
    }
  })
);

/** The folder of the package that the test's own Deno has. */
const coreJs = fileURLToPath(
  new URL("../../", import.meta.resolve("core-js/actual/json/parse.js")),
);

/** A folder in which somebody has installed the package. */
export class Installed implements AsyncDisposable {
  private constructor(
    readonly folder: string,
    /** What `npm pack` said of it. */
    readonly packed: {
      readonly size: number;
      readonly files: readonly { readonly path: string }[];
    },
  ) {}

  static async make(): Promise<Installed> {
    const folder = await Deno.makeTempDir();
    const own = `${folder}/package`;
    buildPackage(own);
    const [packed] = JSON.parse(
      await run(own, "npm", "pack", "--json", "--pack-destination", folder),
    );
    const write = (name: string, text: string) =>
      Deno.writeTextFile(`${folder}/${name}`, text);
    await write("package.json", '{"private":true,"type":"module"}');
    await run(
      ...[folder, "npm", "install", "--offline", "--ignore-scripts"] as const,
      ...["--no-audit", "--no-fund", "--install-links=false"],
      ...[`./${packed.filename}`, coreJs],
    );
    return new Installed(folder, packed);
  }

  async write(name: string, text: string): Promise<void> {
    await Deno.writeTextFile(`${this.folder}/${name}`, text);
  }

  /** What a program in Node.js prints. */
  async node(text: string): Promise<string> {
    await this.write("main.js", text);
    return await run(this.folder, "node", "main.js");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function run(
  cwd: string,
  command: string,
  ...args: readonly string[]
): Promise<string> {
  const { success, ...output } = await new Deno.Command(command, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", npm_config_update_notifier: "false" },
  }).output();
  const [stdout, stderr] = [output.stdout, output.stderr]
    .map((it) => new TextDecoder().decode(it));
  if (success) return stdout;
  throw new Error(`${command} ${args.join(" ")}: ${stdout}${stderr}`);
}

import { transform } from "sucrase";
import { type Program } from "../../lib/maelstrom.ts";
import { type Failure, type ProgramSource } from "../run/protocol.ts";

export class ProgramError extends Error {
  override readonly name = "ProgramError";
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export async function loadProgram(
  source: ProgramSource,
  library: object,
): Promise<Program> {
  const key = "maelstrom library";
  Object.assign(globalThis, { [key]: library });
  const names = Object.keys(library).join(", ");
  const shim = URL.createObjectURL(
    new Blob([`export const { ${names} } = globalThis["${key}"];`], {
      type: "text/javascript",
    }),
  );
  const { code } = transform(source.files[source.main], {
    transforms: ["typescript"],
    keepUnusedImports: false,
  });
  const rewritten = code.replace(
    /from\s*"[^"]*maelstrom\.ts"/g,
    `from "${shim}"`,
  );
  const url = URL.createObjectURL(
    new Blob([`${rewritten}\n//# sourceURL=${source.main}`], {
      type: "text/javascript",
    }),
  );
  return (await import(url)).default;
}

export const locate = (_text: string): Failure | undefined => undefined;

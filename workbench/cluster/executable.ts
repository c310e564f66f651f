/**
 * Why an executable does not run as its author thinks.
 *
 * @module
 */
import { closeSync, openSync, readSync } from "node:fs";

/** More than any first line needs: the kernel itself reads 256 bytes. */
const HEAD = 256;

/**
 * What is wrong with the line that names a script's interpreter, and what to
 * do; undefined if it is right, or no script.
 */
export function faultOfFirstLine(path: string): string | undefined {
  const head = readHead(path);
  const [line] = head.split("\n", 1);
  if (head.startsWith("#!")) {
    if (!line.endsWith("\r")) return undefined;
    return `The first line of ${path} ends with a carriage return, as lines ` +
      `do on Windows, so the interpreter's name does too: save the file with ` +
      `Unix line ends (sed -i 's/\\r$//' ${path})`;
  }
  if (head.startsWith("\uFEFF")) {
    return `${path} begins with a byte order mark (U+FEFF), which hides its ` +
      `first line: save the file without one`;
  }
  // Compiled programs have zero bytes near their beginning; texts have none.
  if (head === "" || head.includes("\0")) return undefined;
  return `${path} has no first line that names its interpreter, so the shell ` +
    `ran it: begin it with a line such as #!/usr/bin/env python3`;
}

function readHead(path: string): string {
  const bytes = new Uint8Array(HEAD);
  try {
    const file = openSync(path, "r");
    try {
      const length = readSync(file, bytes);
      const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
      return decoder.decode(bytes.subarray(0, length));
    } finally {
      closeSync(file);
    }
  } catch {
    return ""; // what can't be read is told elsewhere
  }
}

/**
 * What runs on this machine.
 *
 * @module
 */

/** Whether a process runs, or at least could: what waits to be buried can't. */
export function isAlive(pid: number): boolean {
  const state = /\) (\S)/.exec(read(`/proc/${pid}/stat`))?.[1];
  return state !== undefined && state !== "Z" && state !== "X";
}

/** The processes that a process has started and that are still there. */
export function childrenOf(parent: number): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name))
    .filter((pid) =>
      /\) \S (\d+)/.exec(read(`/proc/${pid}/stat`))?.[1] === `${parent}`
    );
}

/** Waits until something is so, for a minute at most. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  for (let i = 0; i < 6000; i++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain until ${what}`);
}

/** A file's text, or nothing if there is no such file any more. */
export function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

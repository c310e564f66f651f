/**
 * A process that outlives this one for a moment, to end what it started.
 *
 * Whatever ends a process, SIGKILL too, closes its pipes. So a shell reads the
 * numbers of process groups from a pipe, and kills those that are left when the
 * pipe ends.
 *
 * @module
 */

/**
 * It hears no signal that a terminal sends: it ends when its input does. A
 * group is kept at most once.
 */
const SCRIPT = `
trap '' HUP INT TERM
groups=
while read -r sign group; do
  others=
  for other in $groups; do
    [ "$other" = "$group" ] || others="$others $other"
  done
  groups=$others
  [ "$sign" = - ] || groups="$groups $group"
done
for group in $groups; do kill -9 "-$group"; done 2>/dev/null
`;

/** Ends process groups as soon as this process has ended, in any way. */
export class Watchdog implements AsyncDisposable {
  readonly #shell: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor() {
    this.#shell = new Deno.Command("/bin/sh", {
      args: ["-c", SCRIPT],
      cwd: "/",
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      detached: true, // what ends our process group is to spare it
    }).spawn();
    this.#writer = this.#shell.stdin.getWriter();
  }

  /**
   * To be said as soon as it has been started: only what is ended within the
   * same moment can leave it behind.
   *
   * @param group the id of a process that leads its group
   */
  watch(group: number): void {
    this.#tell(`+ ${group}`);
  }

  /** To be said at once when the group has ended: its number may be reused. */
  forget(group: number): void {
    this.#tell(`- ${group}`);
  }

  #tell(line: string): void {
    // If somebody killed it, there is nobody to tell.
    this.#writer.write(new TextEncoder().encode(`${line}\n`)).catch(() => {});
  }

  /** Ends it, and what it still watches. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#shell.status;
  }
}

/** Sends a signal to all of a group, if there still is one. */
export function signalGroup(group: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-group, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

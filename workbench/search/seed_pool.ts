/**
 * Processes that run seeds side by side.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseJson } from "../json.ts";
import { linesOf } from "../lines.ts";
import { RunError } from "../cluster/node_host.ts";
import { signalGroup, Watchdog } from "../cluster/watchdog.ts";
import { inOrder, type Seeds } from "./seeds.ts";
import { type SeedJob, type Unusable, type Verdict } from "./verdict.ts";

export interface SeedPoolOptions {
  /** How many processes. @default as many as there are cores */
  readonly size?: number;
  /**
   * The modules of the programs that run. They get no permissions; to read
   * these modules, and what they import, is all that a process may do.
   */
  readonly programs: readonly string[];
  /** A folder that the processes may write to. @default none */
  readonly storePath?: string;
  /** How long a run may take, in seconds. */
  readonly timeout: number;
  /** The folder of the project whose workbench runs them. @default this one */
  readonly project?: string;
  /** Whether what the runs log is shown. @default false */
  readonly showLogs?: boolean;
  /** Closes the pool. */
  readonly signal?: AbortSignal;
}

/** No seed can be run. The message says why. */
export class UnusableProgram extends RunError {
  override readonly name: string = "UnusableProgram";
}

/** The most memory that a run may take, in MB. */
const MAX_HEAP = 2048;

interface Waiting {
  readonly job: SeedJob;
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: Error) => void;
}

export class SeedPool implements Seeds {
  readonly size: number;
  readonly #queue: Waiting[] = [];
  readonly #idle: SeedProcess[] = [];
  readonly #all = new Set<SeedProcess>();
  readonly #watchdog = new Watchdog();
  readonly #project: string;
  readonly #files: Promise<readonly string[]>;
  #closed = false;

  constructor(private readonly options: SeedPoolOptions) {
    this.size = options.size ?? navigator.hardwareConcurrency;
    this.#project = options.project ??
      fileURLToPath(new URL("../..", import.meta.url));
    const config = join(this.#project, "deno.json");
    this.#files = Promise.all(
      options.programs.map((program) => filesOf(program, config)),
    ).then((files) => [...new Set(files.flat())]);
    options.signal?.addEventListener("abort", () => this.close());
  }

  /**
   * Runs one seed, when there is a process for it. A run that does not end in
   * time, or ends its process, is a failure.
   *
   * @throws {UnusableProgram}
   * @throws {Error} the pool was closed
   */
  async run(job: SeedJob): Promise<Verdict> {
    const files = await this.#files;
    return await new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject });
      this.#next(files);
    });
  }

  /**
   * The same, in a process that has run nothing else before.
   *
   * @throws {UnusableProgram}
   * @throws {Error} the pool was closed
   */
  async runAlone(job: SeedJob): Promise<Verdict> {
    const files = await this.#files;
    if (this.#closed) throw new Error("interrupted");
    const process = this.#start(files);
    this.#all.add(process);
    try {
      return await this.#verdict(process, job);
    } finally {
      await process.kill();
      this.#all.delete(process);
      this.#next(files);
    }
  }

  /** Runs seeds side by side, and yields the verdicts in the seeds' order. */
  all<J extends SeedJob>(
    jobs: Iterable<J>,
  ): AsyncGenerator<[job: J, verdict: Verdict]> {
    return inOrder(jobs, (job) => this.run(job), 4 * this.size);
  }

  #next(files: readonly string[]): void {
    if (this.#closed) {
      for (const { reject } of this.#queue.splice(0)) {
        reject(new Error("interrupted"));
      }
    }
    while (this.#queue.length > 0) {
      let process = this.#idle.pop();
      if (process === undefined) {
        if (this.#all.size >= this.size) return;
        process = this.#start(files);
        this.#all.add(process);
      }
      const waiting = this.#queue.shift();
      if (waiting === undefined) return;
      this.#perform(process, waiting).then(() => this.#next(files));
    }
  }

  #start(files: readonly string[]): SeedProcess {
    const { storePath } = this.options;
    // Deno takes no comma in a path: then the folder above must do.
    const list = (paths: readonly string[]) =>
      paths.map((path) => path.replace(/[^/]*,.*/s, "")).join();
    const permissions = [
      `--allow-read=${list(files)}`,
      ...(storePath === undefined
        ? []
        : [`--allow-write=${list([storePath])}`]),
    ];
    return new SeedProcess(
      join(this.#project, "workbench/search/seed_worker.ts"),
      permissions,
      this.options,
      this.#watchdog,
    );
  }

  async #perform(process: SeedProcess, waiting: Waiting): Promise<void> {
    const { job, resolve, reject } = waiting;
    await this.#verdict(process, job).then(resolve, reject);
    if (process.alive) this.#idle.push(process);
    else this.#all.delete(process);
  }

  async #verdict(process: SeedProcess, job: SeedJob): Promise<Verdict> {
    const verdict = await process.perform(job);
    if (this.#closed) throw new Error("interrupted");
    if ("unusable" in verdict) throw new UnusableProgram(verdict.unusable);
    return verdict;
  }

  /**
   * Ends all processes; what is under way is rejected.
   *
   * @returns when none of them is left: whoever ends sooner may leave some
   * behind for a moment, or, where nobody buries orphans, for good
   */
  async close(): Promise<void> {
    this.#closed = true;
    const ends = [...this.#all].map((process) => process.kill());
    this.#next([]);
    await Promise.all(ends);
    await this.#files.catch(() => {}); // they are found out by processes, too
    await this.#watchdog[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The files that a module consists of, as far as Deno can tell beforehand. */
async function filesOf(module: string, config: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "info",
      "--quiet",
      "--json",
      "--no-lock",
      "--config",
      config,
      module,
    ],
    stderr: "null",
  }).output();
  // What is wrong with the module is told when it is imported.
  const { modules = [] }: { modules?: readonly { local?: string }[] } = JSON
    .parse(new TextDecoder().decode(stdout) || "{}");
  return [module, ...modules.flatMap(({ local }) => local ?? [])];
}

/** One process, which runs one seed at a time. */
class SeedProcess {
  alive = true;
  #hasEnded = false;
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncGenerator<string>;
  #log = "";

  constructor(
    module: string,
    permissions: readonly string[],
    private readonly options: SeedPoolOptions,
    watchdog: Watchdog,
  ) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--cached-only", // no seed waits for a network
        ...permissions,
        `--v8-flags=--max-old-space-size=${MAX_HEAP}`,
        module,
      ],
      // A seed gives the same, wherever the machine stands.
      env: { TZ: "UTC", LC_ALL: "en_US.UTF-8" },
      stdin: "piped",
      stdout: "piped",
      stderr: options.showLogs ? "inherit" : "piped",
      detached: true, // a terminal's signals are for us: we end it
    }).spawn();
    const { pid } = this.#process;
    watchdog.watch(pid);
    this.#process.status.then(() => {
      this.#hasEnded = true;
      watchdog.forget(pid);
    });
    this.#writer = this.#process.stdin.getWriter();
    this.#lines = linesOf(this.#process.stdout);
    if (!options.showLogs) this.#keepLog();
  }

  async #keepLog(): Promise<void> {
    const decoder = new TextDecoderStream();
    for await (const text of this.#process.stderr.pipeThrough(decoder)) {
      this.#log = (this.#log + text).slice(-2000);
    }
  }

  #ready: Promise<unknown> | undefined;

  async perform(job: SeedJob): Promise<Verdict | Unusable> {
    // It is no run's fault how long a process takes to start.
    await (this.#ready ??= this.#lines.next());
    const { timeout } = this.options;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.kill();
    }, timeout * 1000);
    const send = new TextEncoder().encode(`${JSON.stringify(job)}\n`);
    this.#writer.write(send).catch(() => {}); // it ended: so will its output
    const { value } = await this.#lines.next();
    clearTimeout(timer);
    if (value !== undefined) {
      try {
        return parseJson(value) as Verdict;
      } catch {
        await this.kill();
        this.alive = false;
        return {
          unusable: `The program, or what it imports, wrote to stdout, where ` +
            `verdicts go: ${value.slice(0, 100)}\nUse node.log() or ` +
            "console.error().",
        };
      }
    }
    this.alive = false;
    const { code, signal } = await this.#process.status;
    return {
      valid: false,
      kinds: [late ? "timeout" : "crash"],
      explanation: [
        late
          ? `The run did not end within ${timeout} s: either the program ` +
            "loops, or --seed-timeout is too short for it."
          : `The process of the run ended by itself (${
            signal ?? `exit code ${code}`
          })${this.#log ? `; last it said:\n${this.#log.trim()}` : "."}`,
      ],
      operations: 0,
      messages: 0,
      mainOperations: 0,
      faults: 0,
    };
  }

  async kill(): Promise<void> {
    if (!this.#hasEnded) signalGroup(this.#process.pid, "SIGKILL");
    await this.#process.status;
  }
}

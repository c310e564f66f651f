/**
 * What a run leaves behind, in `store/<workload>/<time>/`.
 *
 * Nothing of it is worth a verdict: what can't be written is told once, and the
 * run goes on.
 *
 * @module
 */
import { mkdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { relative, resolve } from "node:path";
import { messageOf } from "../../lib/errors.ts";
import { combine, written } from "../checkers/result.ts";
import { toEdn } from "./edn.ts";
import { type History } from "../load/history.ts";
import { journalLine, type JournalSink } from "../cluster/journal.ts";
import { stringifyJson } from "../json.ts";
import { type RunOptions } from "../run_options.ts";
import { type TestResult } from "./test_result.ts";

/** So many characters are written at a time. */
const BUFFER = 1 << 16;

const encoder = new TextEncoder();

/** Asked now: under simulation it is refused. */
const here = resolve("");

/** The folder of a run. */
export class Store {
  /** Absolute; empty if there is no folder. */
  readonly path: string;
  #hasComplained = false;
  readonly #complain = (what: string, error: unknown) => {
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    this.tell(
      `${what} can't be written: ${
        messageOf(error)
      }. The results of this run are not stored, or not all of them; the ` +
        `verdict does not depend on that.`,
    );
  };
  readonly #journal: StoredFile;

  /**
   * @param path a folder that is there, or ""
   * @param tell shows a sentence to a person
   */
  constructor(
    path: string,
    private readonly tell: (text: string) => void = console.error,
  ) {
    this.path = path;
    if (path !== "") {
      try {
        mkdirSync(path, { recursive: true });
      } catch (error) {
        this.#complain(relative(here, path), error);
      }
    }
    this.#journal = this.file("journal.jsonl");
  }

  /** Makes a folder for a run; `store/latest` points to it. */
  static make(
    workload: string,
    tell: (text: string) => void = console.error,
  ): Store {
    const store = resolve("store");
    const time = new Date().toISOString().replaceAll(":", "");
    const path = `${store}/${workload}/${time}-${Deno.pid}`;
    try {
      mkdirSync(path, { recursive: true });
      pointTo(path, `${store}/latest`);
      return new Store(path, tell);
    } catch (error) {
      const none = new Store("", tell);
      none.#complain(relative(here, path), error);
      return none;
    }
  }

  /** A file of this name, which need not be there. */
  file(name: string): StoredFile {
    if (this.path === "") return new StoredFile(undefined, () => {});
    return new StoredFile(`${this.path}/${name}`, this.#complain);
  }

  /** What a node says on its stderr. */
  log(id: string): StoredFile {
    if (this.path !== "") {
      try {
        mkdirSync(`${this.path}/node-logs`, { recursive: true });
      } catch (error) {
        this.#complain(`${relative(here, this.path)}/node-logs`, error);
      }
    }
    return this.file(`node-logs/${id}.log`);
  }

  /** Writes messages as they come. */
  readonly journal: JournalSink = (event) =>
    this.#journal.write(journalLine(event));

  /** Writes all the rest. */
  finish(options: RunOptions, result: TestResult, history: History): void {
    this.#journal.close();
    this.keep(options, result, history);
  }

  /** Writes a run's verdict and history. */
  keep(options: RunOptions, result: TestResult, history: History): void {
    const { storePath: _, valid, ...rest } = result;
    const { stats, availability, workload } = rest;
    const whole = {
      ...rest,
      stats: written(stats),
      availability: written(availability),
      workload: written(workload),
      // The network has no opinion, but Maelstrom's has a verdict all the same.
      net: { ...rest.net, valid: true },
      valid,
    };
    const { forms } = combine(stats, availability, workload);
    // Maelstrom's results have no room for what shows an anomaly.
    const { anomalies, evidence } = combine(workload, availability, stats);
    const more = { ...whole, anomalies, evidence };
    this.#write("results.edn", [toEdn(whole, forms), "\n"]);
    this.write(options, more, history);
  }

  /** Writes results of any shape, what was asked for, and the history. */
  write(options: object, results: object, history: History): void {
    this.#write("results.json", [stringifyJson(results, 2), "\n"]);
    this.#write("test.json", [stringifyJson(options, 2), "\n"]);
    this.#write(
      "history.jsonl",
      history.values().map((op) => stringifyJson(op) + "\n"),
    );
  }

  #write(name: string, pieces: Iterable<string>): void {
    const file = this.file(name);
    for (const piece of pieces) file.write(piece);
    file.close();
  }

  /** Removes the folder: the run did not take place. */
  discard(): void {
    if (this.path === "") return;
    rmSync(this.path, { recursive: true, force: true });
    const latest = resolve("store/latest");
    if (target(latest) === this.path) rmSync(latest, { force: true });
  }
}

/** A file that is made when something is written to it. */
export class StoredFile {
  #file: Deno.FsFile | undefined;
  #buffer = "";
  #isOver = false;

  /**
   * @param path undefined: nothing is written
   * @param complain told of the first error; nothing is written any more
   */
  constructor(
    readonly path: string | undefined,
    private readonly complain: (path: string, error: unknown) => void,
  ) {}

  /** Adds text; it is written once there is enough of it. */
  write(text: string): void {
    this.#buffer += text;
    if (this.#buffer.length > BUFFER) this.#flush();
  }

  /** Adds bytes, and writes them at once. */
  writeBytes(bytes: Uint8Array): void {
    this.#flush();
    this.#write(bytes);
  }

  #flush(): void {
    if (this.#buffer !== "") this.#write(encoder.encode(this.#buffer));
    this.#buffer = "";
  }

  #write(bytes: Uint8Array): void {
    const { path } = this;
    if (this.#isOver || path === undefined) return;
    try {
      this.#file ??= Deno.openSync(path, { append: true, create: true });
      while (bytes.length > 0) {
        bytes = bytes.subarray(this.#file.writeSync(bytes));
      }
    } catch (error) {
      this.#isOver = true;
      this.complain(relative(here, path), error);
    }
  }

  /** Writes what is left, or an empty file. What is added later is dropped. */
  close(): void {
    this.#write(encoder.encode(this.#buffer));
    this.#buffer = "";
    this.#isOver = true;
    this.#file?.close();
    this.#file = undefined;
  }
}

/** Makes or replaces a link. */
export function pointTo(path: string, link: string): void {
  rmSync(link, { force: true });
  try {
    symlinkSync(path, link);
  } catch (error) {
    // Another run was faster: its link is as good.
    if (
      !(error instanceof Error && "code" in error && error.code === "EEXIST")
    ) {
      throw error;
    }
  }
}

/** Where a link points, if it is one. */
export function target(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

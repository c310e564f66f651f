/**
 * A node that is a process: any executable that reads and writes JSON lines.
 *
 * @module
 */
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { messageOf } from "../../lib/errors.ts";
import { type Body } from "../../lib/maelstrom.ts";
import { faultOfFirstLine } from "./executable.ts";
import { type Packet } from "./journal.ts";
import { stringifyJson } from "../json.ts";
import { Lines } from "../lines.ts";
import { type NodeEvents, type NodeHost, RunError } from "./node_host.ts";
import { type Envelope, isObject, parseEnvelope } from "./node_output.ts";
import { type StoredFile } from "../results/store.ts";
import { signalGroup, type Watchdog } from "./watchdog.ts";

export interface ProcessOptions {
  /** Absolute path of the executable. */
  readonly bin: string;
  readonly args: readonly string[];
  /** Where it is started. @default the machine's folder for temporary files */
  readonly folder?: string;
  /** A folder that it loses when it is killed. @default none */
  readonly wiped?: string;
  /** Where its stderr goes. */
  readonly log: StoredFile;
  /** Whether to show its stderr as well. */
  readonly logStderr: boolean;
  /** Ends what is left of the node if the workbench is killed. */
  readonly watchdog: Watchdog;
}

/** A line longer than this is no message: 64 MiB. */
const MAX_LINE = 64 << 20;
/** More messages than this in one second are a flood. */
const MAX_MESSAGES_PER_SECOND = 250_000;
/** A node that leaves so much unread, in characters, reads no more: 256 Mi. */
const MAX_UNREAD = 256 << 20;
/** How long the streams of a process that ended may stay open, in ms. */
const STREAMS_TIMEOUT = 1000;
/** Lines of stderr that are shown when the node fails. */
const TAIL = 12;

export class ProcessNode implements NodeHost {
  #child: Deno.ChildProcess | undefined;
  #toWrite: string[] = [];
  #writing = false;
  /** Length of what the pipe did not take yet. */
  #unread = 0;
  #hasFailed = false;
  #wasKilled = false;
  #tail: string[] = [];
  /** Whether this life of it has printed anything. */
  #hasPrinted = false;
  #output = new Lines();
  #streams: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly id: string,
    private readonly options: ProcessOptions,
    private readonly events: NodeEvents,
  ) {}

  start(): void {
    const { bin, args, watchdog, wiped, folder = tmpdir() } = this.options;
    if (this.#wasKilled && wiped !== undefined) {
      rmSync(wiped, { recursive: true, force: true });
    }
    let child: Deno.ChildProcess;
    try {
      child = new Deno.Command(bin, {
        args: [...args],
        cwd: folder,
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
        detached: true, // a process group of its own, killed as one
      }).spawn();
    } catch (error) {
      throw new RunError(
        `Node ${this.id}: can't start ${bin}: ${whyNot(bin, error)}`,
      );
    }
    watchdog.watch(child.pid);
    this.#child = child;
    this.#toWrite = [];
    this.#writing = false;
    this.#unread = 0;
    this.#hasPrinted = false;
    this.#output = new Lines();
    const streams = Promise.all([
      this.#readMessages(child),
      this.#readLog(child),
    ]);
    this.#streams = streams;
    child.status.then(async ({ code, signal }) => {
      signalGroup(child.pid, "SIGKILL"); // what it started and left behind
      watchdog.forget(child.pid);
      await closed(streams); // so that the tail of the log is complete
      if (this.#child !== child) return; // we ended it
      this.#child = undefined;
      const how = signal ? `signal ${signal}` : `exit status ${code}`;
      const when = this.#hasPrinted
        ? ", while the run went on"
        : " before it had printed anything to stdout";
      this.#fail(`ended by itself with ${how}${when}`);
    });
  }

  deliver(packet: Packet): void {
    if (this.#child === undefined) return;
    const { line } = packet;
    this.#unread += line.length + 1;
    if (this.#unread > MAX_UNREAD) {
      return this.#fail(
        `does not read its stdin: ${this.#unread} characters wait for it`,
      );
    }
    this.#toWrite.push(line, "\n");
    if (!this.#writing) this.#write(this.#child);
  }

  async #write(child: Deno.ChildProcess): Promise<void> {
    this.#writing = true;
    const writer = child.stdin.getWriter();
    try {
      // What is delivered in one go is written in one go.
      await Promise.resolve();
      while (this.#child === child && this.#toWrite.length > 0) {
        const text = this.#toWrite.join("");
        this.#toWrite = [];
        await writer.write(new TextEncoder().encode(text));
        if (this.#child === child) this.#unread -= text.length;
      }
    } catch {
      // The process is gone; its exit status will be reported.
    } finally {
      writer.releaseLock();
      if (this.#child === child) this.#writing = false;
    }
  }

  async #readMessages(child: Deno.ChildProcess): Promise<void> {
    const output = this.#output;
    let second = 0;
    let count = 0;
    for await (const chunk of child.stdout) {
      if (this.#child !== child) continue; // drain what a killed node said
      const lines = output.add(chunk);
      this.#hasPrinted = true;
      if (output.restLength > MAX_LINE) {
        return this.#fail(`printed a line longer than ${MAX_LINE} bytes`);
      }
      const now = Math.floor(performance.now() / 1000);
      if (now !== second) [second, count] = [now, 0];
      count += lines.length;
      if (count > MAX_MESSAGES_PER_SECOND) {
        return this.#fail(
          `floods the network: ${count} messages within one second`,
        );
      }
      for (const line of lines) {
        if (this.#hasFailed) return;
        this.#receive(line);
      }
    }
    if (this.#child !== child) return;
    this.#output = new Lines();
    if (output.rest !== "") this.#receive(output.rest);
  }

  #receive(line: string): void {
    let message: Envelope;
    try {
      message = parseEnvelope(line);
    } catch (error) {
      return this.#fail(
        `printed a line to stdout that is ${messageOf(error)}`,
        line,
      );
    }
    const { src, dest, body } = message;
    // A client's request may be passed on in the client's name, as Maelstrom's
    // own raft.py does: the reply then goes straight to the client.
    if (src !== this.id && !src.startsWith("c")) {
      return this.#fail(`sent a message in the name of "${src}"`, line);
    }
    try {
      this.events.sent(src, dest, asBody(body), stringifyJson(body));
    } catch (error) {
      this.#fail(
        `sent a message that can't be delivered: ${messageOf(error)}`,
        line,
      );
    }
  }

  async #readLog(child: Deno.ChildProcess): Promise<void> {
    // In pieces as they come: what a person waits for may have no newline.
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) {
      this.options.log.writeBytes(chunk);
      const text = decoder.decode(chunk, { stream: true });
      if (this.options.logStderr) {
        console.error(text.trimEnd().replaceAll(/^/gm, `${this.id}: `));
      }
      this.#tail.push(...text.split("\n").filter((line) => line !== ""));
      this.#tail = this.#tail.slice(-TAIL);
    }
  }

  #fail(what: string, line?: string): void {
    this.#hasFailed = true;
    this.#output = new Lines(); // it is told what is wrong
    this.events.failed(
      `Node ${this.id} ${what}.` +
        (line ? `\n  The line: ${shorten(line)}` : "") + this.evidence,
    );
  }

  get unheard(): string | undefined {
    const text = this.#output.rest;
    if (text !== "") {
      return `Node ${this.id} has printed ${text.length} characters that no ` +
        `newline ends, so they are no message yet: print each message with a ` +
        `newline, then flush.\n  Its last line: ${shorten(text)}`;
    }
    if (this.#hasPrinted || this.#child === undefined) return undefined;
    return `Node ${this.id} has printed nothing to stdout. If it does print, ` +
      `its output waits in a buffer: flush stdout after each message`;
  }

  get evidence(): string {
    const tail = this.#tail.map((text) => `    ${text}`).join("\n");
    const { unheard } = this;
    const fault = faultOfFirstLine(this.options.bin);
    return (fault ? `\n  ${fault}.` : "") +
      (unheard ? `\n  ${unheard}` : "") +
      (tail ? `\n  The end of its stderr:\n${tail}` : "") +
      `\n  Its whole stderr: ${this.options.log.path}`;
  }

  kill(): void {
    const child = this.#child;
    this.#child = undefined;
    this.#wasKilled = true;
    if (child) signalGroup(child.pid, "SIGKILL");
  }

  pause(): void {
    if (this.#child) signalGroup(this.#child.pid, "SIGSTOP");
  }

  resume(): void {
    if (this.#child) signalGroup(this.#child.pid, "SIGCONT");
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.kill();
    await child?.status;
    await closed(this.#streams);
    this.options.log.close();
  }
}

function shorten(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

/** Why a program can't be started, and what to do. */
function whyNot(bin: string, error: unknown): string {
  let isFile: boolean;
  try {
    isFile = Deno.statSync(bin).isFile;
  } catch {
    return "there is no such file";
  }
  if (!isFile) return "it is not a file";
  if (error instanceof Deno.errors.PermissionDenied) {
    return `it is not executable: chmod +x ${bin}`;
  }
  if (error instanceof Deno.errors.NotFound) {
    return faultOfFirstLine(bin) ??
      "the interpreter that its first line names was not found";
  }
  return messageOf(error);
}

/** Waits for streams, unless somebody outside of the process group has them. */
async function closed(streams: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise((resolve) =>
    timer = setTimeout(resolve, STREAMS_TIMEOUT)
  );
  await Promise.race([streams, patience]);
  clearTimeout(timer);
}

/** To clients and services, a body without a type says nothing. */
function asBody(body: unknown): Body {
  return isObject(body) && isBody(body) ? body : { type: "" };
}

const isBody = (body: Record<string, unknown>): body is Body =>
  typeof body.type === "string";

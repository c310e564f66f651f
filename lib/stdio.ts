/**
 * Nodes as processes: messages on stdin and stdout.
 *
 * @module
 */
import { messageOf } from "./errors.ts";
import { openFileDisk } from "./file_disk.ts";
import { parse } from "./json.ts";
import { type Message } from "./messages.ts";
import { Node, type Program } from "./node.ts";
import { integer, object, optional, string } from "./shapes.ts";

/**
 * Parses a line as a message. Integers that a number can't hold become bigints.
 *
 * @throws {TypeError} saying what is wrong with the line
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseMessage } from "@gossip-glomers/maelstrom";
 *
 * const line = '{"src":"c1","dest":"n0","body":{"type":"echo","echo":1}}';
 * assert.equal(parseMessage(line).body.echo, 1);
 * assert.throws(() => parseMessage("hello"), /not JSON/);
 * ```
 */
export function parseMessage(line: string): Message {
  let value: unknown;
  try {
    value = parse(line);
  } catch (error) {
    const isDeep = error instanceof RangeError; // there is no stack for it
    throw new TypeError(isDeep ? "nested too deep" : "not JSON");
  }
  if (!envelope.test(value)) {
    throw new TypeError(`not a message: expected ${envelope.expected}`);
  }
  return value as Message;
}

const envelope = object({
  src: string,
  dest: string,
  body: object({
    type: string,
    msg_id: optional(integer),
    in_reply_to: optional(integer),
  }),
});

/** Reads stdin, and yields all lines that have come, many at a time. */
async function* readLines(): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let buffer = new Uint8Array(1 << 18);
  /** How much of the buffer's front holds a line whose end has not come yet. */
  let begun = 0;
  for (;;) {
    const size = await Deno.stdin.read(buffer.subarray(begun));
    if (size === null) break;
    const filled = begun + size;
    const end = buffer.subarray(begun, filled).lastIndexOf(NEWLINE);
    if (end >= 0) {
      const next = begun + end + 1;
      yield decoder.decode(buffer.subarray(0, next - 1)).split("\n");
      buffer.copyWithin(0, next, filled);
      begun = filled - next;
    } else {
      begun = filled;
      if (begun === buffer.length) {
        const full = buffer;
        buffer = new Uint8Array(2 * full.length);
        buffer.set(full);
      }
    }
  }
  if (begun > 0) yield [decoder.decode(buffer.subarray(0, begun))];
}

const NEWLINE = 10;

/** Writes to stdout; what is said in one go is written in one go. */
class Output {
  readonly #encoder = new TextEncoder();
  /** A character takes three bytes at most. */
  readonly #bytes = new Uint8Array(3 * MAX_BATCH);
  #text = "";
  #closed = false;

  add(line: string): void {
    if (this.#text.length + line.length > MAX_BATCH) this.flush();
    if (this.#text === "") queueMicrotask(() => this.flush());
    this.#text += line;
  }

  #encode(text: string): Uint8Array {
    if (text.length > MAX_BATCH) return this.#encoder.encode(text);
    const { written } = this.#encoder.encodeInto(text, this.#bytes);
    return this.#bytes.subarray(0, written);
  }

  flush(): void {
    const bytes = this.#encode(this.#text);
    this.#text = "";
    for (let done = 0; done < bytes.length && !this.#closed;) {
      try {
        done += Deno.stdout.writeSync(
          bytes.subarray(done, pieceEnd(bytes, done)),
        );
      } catch (error) {
        if (error instanceof Deno.errors.WouldBlock) {
          waitSync(FULL_PIPE_WAIT);
          continue;
        }
        // Nobody listens any more. Only the end of input ends a node.
        this.#closed = true;
        log(`stdout is closed: ${error}`);
      }
    }
  }
}

/**
 * Where to end the piece that begins here. A pipe that does not block takes up
 * to PIPE_BUF bytes whole or not at all. It must not be given more, nor what
 * follows the last newline, which Deno would buffer: of a piece that is taken
 * in part and then refused, Deno does not tell how much was taken.
 */
function pieceEnd(bytes: Uint8Array, start: number): number {
  const end = Math.min(start + PIPE_BUF, bytes.length);
  const newline = bytes.lastIndexOf(NEWLINE, end - 1);
  return newline < start ? end : newline + 1;
}

/** Linux's, in bytes. */
const PIPE_BUF = 4096;

/** What stderr has no room for is lost: a node does not wait for its log. */
function log(text: string): void {
  try {
    console.error(text);
  } catch {
    // full, and it does not block
  }
}

/**
 * Stops this process for so many ms: what a pipe that is full does, unless
 * someone who shares it has made it non-blocking. Nothing piles up meanwhile.
 */
function waitSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Characters that are written at once, so that memory stays bounded. */
const MAX_BATCH = 1 << 18;
/** Timers that are set for longer would fire at once, in ms. */
const MAX_TIMER = 2 ** 31 - 1;
/** Between two looks at a full pipe that does not block, in ms. */
const FULL_PIPE_WAIT = 2;
/** How long handlers may go on after the end of input, in ms. */
const LAST_WORDS = 5000;

/**
 * Runs a program as this process, with messages on stdin and stdout. At the end
 * of input it waits for handlers that are under way, 5 s at most, then exits
 * with 0. A program that can't start exits with 1 and says why.
 *
 * Logs go to stderr, as does a line on stdin that is no message. A stdout that
 * is full holds the node up until somebody reads; a full stderr that does not
 * block loses lines.
 *
 * @example
 * ```ts
 * import { type Node, run } from "@gossip-glomers/maelstrom";
 *
 * export default function echo(node: Node): void {
 *   node.serve("echo", { echo: ({ echo }) => ({ type: "echo_ok", echo }) });
 * }
 *
 * if (import.meta.main) await run(echo);
 * ```
 */
export async function run(program: Program): Promise<void> {
  const output = new Output();
  const quoted = new Map<string, string>();
  const quote = (name: string): string => {
    let text = quoted.get(name);
    if (text === undefined) {
      if (quoted.size === 1000) quoted.clear();
      text = JSON.stringify(name);
      quoted.set(name, text);
    }
    return text;
  };
  const node = new Node({
    args: Deno.args,
    now: () => performance.now(),
    random: Math.random,
    setTimer: (callback, ms) => {
      const id = setTimeout(callback, Math.min(ms, MAX_TIMER));
      return { cancel: () => clearTimeout(id) };
    },
    send: (src, dest, body) =>
      output.add(
        `{"src":${quote(src)},"dest":${quote(dest)},"body":${body}}\n`,
      ),
    log,
    openDisk: openFileDisk,
    stop(why) {
      log(why);
      Deno.exit(1);
    },
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    node.log(`unhandled rejection: ${event.reason?.stack ?? event.reason}`);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    node.log(`uncaught: ${event.error?.stack ?? event.message}`);
  });
  try {
    node.start(program);
  } catch (error) {
    node.log(messageOf(error));
    Deno.exit(1);
  }

  for await (const lines of readLines()) {
    for (const line of lines) {
      try {
        node.receive(parseMessage(line));
      } catch (error) {
        if (line.trim() === "") continue;
        const shown = line.length > 200 ? `${line.slice(0, 200)}…` : line;
        node.log(`skipped a line that is ${messageOf(error)}: ${shown}`);
      }
    }
    output.flush();
  }
  // What waits for a message now waits for ever.
  await Promise.race([node.settled(), node.sleep(LAST_WORDS)]);
  output.flush();
  Deno.exit(0);
}

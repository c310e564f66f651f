/**
 * A run as text that fits into a page: JSON, columns of messages as bytes, and
 * their bodies, packed by gzip, whose checksum tells what was changed on its way,
 * in base64.
 *
 * @module
 */
import { through } from "./streams.ts";
import { ColumnReader, ColumnWriter, fold, unfold } from "./columns.ts";
import { type Messages, type Operation, type RunDocument } from "./document.ts";

/** What of messages is no column. */
interface PackedMessages {
  readonly count: number;
  readonly names: readonly string[];
  readonly types: readonly string[];
  /** Position, and time since it was sent in whole microseconds. */
  readonly duplicates: readonly (readonly [number, number])[];
  readonly sampling: number;
}

type Packed = Omit<RunDocument, "messages" | "operations"> & {
  readonly messages?: PackedMessages;
  /** Without their results. */
  readonly operations: readonly Operation[];
  /** As JSON; empty if there is none. */
  readonly results: Shared;
};

/**
 * Texts that begin like the one before of the same kind: what is read, and said,
 * again and again, and grows.
 */
interface Shared {
  /** How many characters are those of the one before. */
  readonly same: readonly number[] | Float64Array;
  readonly rest: readonly string[];
}

/** @param kindOf texts of one kind are compared with each other */
function share(
  texts: readonly string[],
  kindOf: (i: number) => string | number,
): Shared {
  const before = new Map<string | number, string>();
  const same = texts.map((text, i) => {
    const last = before.get(kindOf(i)) ?? "";
    before.set(kindOf(i), text);
    return commonPrefix(last, text);
  });
  return { same, rest: texts.map((text, i) => text.slice(same[i])) };
}

function unshare(
  { same, rest }: Shared,
  kindOf: (i: number) => string | number,
): string[] {
  const before = new Map<string | number, string>();
  return rest.map((end, i) => {
    const last = before.get(kindOf(i)) ?? "";
    const text = same[i] === 0 ? end : last.slice(0, same[i]) + end;
    before.set(kindOf(i), text);
    return text;
  });
}

function commonPrefix(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) {
    length++;
  }
  // Half a character would not survive as UTF-8.
  const last = a.charCodeAt(length - 1);
  return last >= 0xd800 && last < 0xdc00 ? length - 1 : length;
}

const kindOfOperation = ({ f, node }: Operation) => `${f} ${node}`;

/** As text, which has no character that HTML has a meaning for. */
export async function pack(run: RunDocument): Promise<string> {
  const { operations, messages } = run;
  const results = operations.map(({ result }) =>
    result === undefined ? "" : JSON.stringify(result)
  );
  const packed: Packed = {
    ...run,
    operations: operations.map(({ result: _, ...rest }) => rest),
    results: share(results, (i) => kindOfOperation(operations[i])),
    messages: messages && headOf(messages),
  };
  const text = new TextEncoder().encode(JSON.stringify(packed));
  const columns = new ColumnWriter();
  const bodies = messages && writeMessages(columns, messages);
  const bytes = join([
    text,
    columns.bytes(),
    new TextEncoder().encode(bodies),
  ]);
  return (await through(new CompressionStream("gzip"), bytes)).toBase64();
}

/** @throws {TypeError} what {@linkcode pack} has not made, or in part */
export async function unpack(text: string): Promise<RunDocument> {
  if (text === "") throw new TypeError("there is no run in it");
  const bytes = await through(
    new DecompressionStream("gzip"),
    Uint8Array.fromBase64(text),
  );
  const [head, columns, bodies] = split(bytes);
  const packed: Packed = JSON.parse(new TextDecoder().decode(head));
  if (packed.format !== 1) {
    throw new TypeError(`this run has format ${packed.format}, not 1`);
  }
  const { messages, operations, results: shared, ...rest } = packed;
  const results = unshare(shared, (i) => kindOfOperation(operations[i]));
  return {
    ...rest,
    operations: operations.map((operation, i) =>
      results[i] === ""
        ? operation
        : { ...operation, result: JSON.parse(results[i]) }
    ),
    messages: messages &&
      readMessages(messages, new ColumnReader(columns), bodies),
  };
}

/** Parts one after the other, each behind its length. */
function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = parts.reduce((sum, { length }) => sum + 4 + length, 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}

function split(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  return [1, 2, 3].map(() => {
    if (at + 4 > bytes.length) throw new TypeError("a part of it is missing");
    const start = at + 4;
    at = start + view.getUint32(at);
    return bytes.subarray(start, at);
  });
}

/** What somebody says of one type is like what it said before. */
const kindOfMessage =
  ({ from, type, types }: Pick<Messages, "from" | "type" | "types">) =>
  (i: number) => from[i] * types.length + type[i];

/**
 * A time in whole µs, as a page has those of messages: so those that were the
 * same are the same again.
 */
export const micros = (ms: number): number => Math.round(ms * 1000);

const headOf = (
  { count, names, types, sent, duplicates, sampling }: Messages,
): PackedMessages => ({
  ...{ count, names, types, sampling },
  duplicates: duplicates.map(({ message, at }) =>
    [message, micros(at) - micros(sent[message])] as const
  ),
});

/** @returns what bodies do not share, as one text */
function writeMessages(columns: ColumnWriter, messages: Messages): string {
  const { from, to, type, sent, ended, fate } = messages;
  for (const column of [from, to, type, fate]) columns.write(column);
  columns.write(
    sent.map((at, i) => fold(micros(at) - micros(sent[i - 1] ?? 0))),
  );
  // 0: not known.
  columns.write(
    ended.map((at, i) =>
      Number.isNaN(at) ? 0 : 1 + fold(micros(at) - micros(sent[i]))
    ),
  );
  const { same, rest } = share(messages.bodies, kindOfMessage(messages));
  columns.write(same);
  columns.write(rest.map(({ length }) => length));
  return rest.join("");
}

function readMessages(
  { count, names, types, duplicates, sampling }: PackedMessages,
  columns: ColumnReader,
  text: Uint8Array,
): Messages {
  const small = () => columns.read(new Uint16Array(count));
  const large = () => columns.read(new Float64Array(count));
  const [from, to, type] = [small(), small(), small()];
  const fate = columns.read(new Uint8Array(count));
  const [sent, ended] = [large(), large()];
  let micros = 0;
  for (let i = 0; i < count; i++) {
    micros += unfold(sent[i]);
    sent[i] = micros / 1000;
    ended[i] = ended[i] === 0 ? NaN : (micros + unfold(ended[i] - 1)) / 1000;
  }
  const [same, lengths] = [large(), large()];
  let bodies: readonly string[] | undefined;
  return {
    ...{ count, names, types, from, to, type, sent, ended, fate, sampling },
    duplicates: duplicates.map(([message, took]) => ({
      message,
      at: sent[message] + took / 1000,
    })),
    // The first picture needs none, and they are the most of it.
    get bodies() {
      if (bodies !== undefined) return bodies;
      const all = new TextDecoder().decode(text);
      let at = 0;
      const rest = Array.from(lengths, (size) => all.slice(at, at += size));
      const kindOf = kindOfMessage({ from, type, types });
      return bodies = unshare({ same, rest }, kindOf);
    },
  };
}

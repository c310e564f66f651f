/**
 * A run as text that fits into a page: columns of differences as JSON, packed by
 * gzip, whose checksum tells what was changed on its way, in base64.
 *
 * @module
 */
import { type Messages, type Operation, type RunDocument } from "./document.ts";

/** Messages as they travel: times in whole microseconds, differences. */
interface PackedMessages {
  readonly names: readonly string[];
  readonly types: readonly string[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly type: readonly number[];
  /** Since the message before. */
  readonly sent: readonly number[];
  /** Since it was sent; null if not known. */
  readonly took: readonly (number | null)[];
  readonly fate: readonly number[];
  readonly bodies: Shared;
  /** Position, and time since it was sent. */
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
  readonly same: readonly number[];
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
  const { operations } = run;
  const results = operations.map(({ result }) =>
    result === undefined ? "" : JSON.stringify(result)
  );
  const packed: Packed = {
    ...run,
    operations: operations.map(({ result: _, ...rest }) => rest),
    results: share(results, (i) => kindOfOperation(operations[i])),
    messages: run.messages && packMessages(run.messages),
  };
  const bytes = await through(
    new CompressionStream("gzip"),
    new TextEncoder().encode(JSON.stringify(packed)),
  );
  return bytes.toBase64();
}

/** @throws {TypeError} what {@linkcode pack} has not made, or in part */
export async function unpack(text: string): Promise<RunDocument> {
  if (text === "") throw new TypeError("there is no run in it");
  const bytes = await through(
    new DecompressionStream("gzip"),
    Uint8Array.fromBase64(text),
  );
  const packed: Packed = JSON.parse(new TextDecoder().decode(bytes));
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
    messages: messages && unpackMessages(messages),
  };
}

/** What somebody says of one type is like what it said before. */
const kindOfMessage = (
  { from, type, types }: Pick<
    PackedMessages | Messages,
    "from" | "type" | "types"
  >,
) =>
(i: number) => from[i] * types.length + type[i];

const micros = (ms: number) => Math.round(ms * 1000);

function packMessages(messages: Messages): PackedMessages {
  const { sent, ended } = messages;
  return {
    names: messages.names,
    types: messages.types,
    from: [...messages.from],
    to: [...messages.to],
    type: [...messages.type],
    sent: Array.from(sent, (at, i) => micros(at) - micros(sent[i - 1] ?? 0)),
    took: Array.from(
      ended,
      (at, i) => Number.isNaN(at) ? null : micros(at) - micros(sent[i]),
    ),
    fate: [...messages.fate],
    bodies: share(messages.bodies, kindOfMessage(messages)),
    duplicates: messages.duplicates.map(({ message, at }) =>
      [message, micros(at) - micros(sent[message])] as const
    ),
    sampling: messages.sampling,
  };
}

function unpackMessages(packed: PackedMessages): Messages {
  const { names, types, sampling } = packed;
  const bodies = unshare(packed.bodies, kindOfMessage(packed));
  let micros = 0;
  const sent = Float64Array.from(
    packed.sent,
    (since) => (micros += since) / 1000,
  );
  return {
    ...{ count: sent.length, names, types, sent, bodies, sampling },
    from: Uint16Array.from(packed.from),
    to: Uint16Array.from(packed.to),
    type: Uint16Array.from(packed.type),
    ended: Float64Array.from(
      packed.took,
      (took, i) => took === null ? NaN : sent[i] + took / 1000,
    ),
    fate: Uint8Array.from(packed.fate),
    duplicates: packed.duplicates.map(([message, took]) => ({
      message,
      at: sent[message] + took / 1000,
    })),
  };
}

async function through(
  stream: GenericTransform,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  // A Response would do the same, but for its word on what went wrong.
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

type GenericTransform = ReadableWritablePair<
  Uint8Array<ArrayBuffer>,
  Uint8Array<ArrayBuffer>
>;

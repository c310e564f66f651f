/**
 * A run as text that fits into a page: columns of differences as JSON, packed by
 * gzip, whose checksum tells what was changed on its way, in base64.
 *
 * @module
 */
import { type Messages, type RunDocument } from "./document.ts";

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
  readonly bodies: readonly string[];
  /** Position, and time since it was sent. */
  readonly duplicates: readonly (readonly [number, number])[];
  readonly sampling: number;
}

type Packed = Omit<RunDocument, "messages"> & {
  readonly messages?: PackedMessages;
};

/** As text, which has no character that HTML has a meaning for. */
export async function pack(run: RunDocument): Promise<string> {
  const packed: Packed = {
    ...run,
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
  return {
    ...packed,
    messages: packed.messages && unpackMessages(packed.messages),
  };
}

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
    bodies: messages.bodies,
    duplicates: messages.duplicates.map(({ message, at }) =>
      [message, micros(at) - micros(sent[message])] as const
    ),
    sampling: messages.sampling,
  };
}

function unpackMessages(packed: PackedMessages): Messages {
  const { names, types, bodies, sampling } = packed;
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

/**
 * Bytes that come in pieces.
 *
 * @module
 */

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const length = pieces.reduce((sum, it) => sum + it.length, 0);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Goes through a stream's pieces; Safari's streams can't be iterated over. */
export function iteratorOf(
  chunks: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
): AsyncIterator<Uint8Array> {
  if (Symbol.asyncIterator in chunks) return chunks[Symbol.asyncIterator]();
  return piecesOf(chunks);
}

async function* piecesOf(
  stream: Pick<ReadableStream<Uint8Array>, "getReader">,
): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel(); // as an iteration that ends early does
  }
}

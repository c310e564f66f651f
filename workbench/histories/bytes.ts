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

/**
 * A history file's bytes as text.
 *
 * @module
 */
import { HistoryError } from "./format.ts";

/** What begins a file that is no text, and what to do with it. */
const magics: readonly (readonly [bytes: readonly number[], fault: string])[] =
  [
    [[0x1f, 0x8b], "the file is compressed by gzip: unpack it first"],
    [
      [0x28, 0xb5, 0x2f, 0xfd],
      "the file is compressed by zstd: unpack it first",
    ],
    [[0x42, 0x5a, 0x68], "the file is compressed by bzip2: unpack it first"],
    [[0xfd, 0x37, 0x7a, 0x58], "the file is compressed by xz: unpack it first"],
    [[0x50, 0x4b, 3, 4], "the file is a zip archive: unpack it first"],
    [
      [0x4a, 0x45, 0x50, 0x53, 0x45, 0x4e],
      "this is Jepsen's binary test.jepsen: history.edn beside it can be read",
    ],
    [[0xff, 0xfe], "the file is in UTF-16: write it in UTF-8"],
    [[0xfe, 0xff], "the file is in UTF-16: write it in UTF-8"],
  ];

/**
 * @param chunks of which the first is long enough to tell what a file is
 * @throws {HistoryError} they are no text, and what they are instead; or the line
 * on which they are not UTF-8's
 */
export async function* textOf(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  let isFirst = true;
  for await (const bytes of chunks) {
    if (isFirst) refuseBinary(bytes);
    isFirst = false;
    let text;
    try {
      text = decoder.decode(bytes, { stream: true });
    } catch {
      throw new HistoryError(
        "it has bytes that are no UTF-8",
        line + linesBeforeFault(bytes),
      );
    }
    const nul = text.indexOf("\0");
    if (nul >= 0) {
      throw new HistoryError(
        "it has a NUL byte: is the file damaged, or no text?",
        line + newlines(text.slice(0, nul)),
      );
    }
    yield text;
    line += newlines(text);
  }
  try {
    decoder.decode();
  } catch {
    throw new HistoryError("the file ends in the middle of a character", line);
  }
}

function refuseBinary(head: Uint8Array): void {
  const found = magics.find(([magic]) =>
    magic.every((byte, i) => head[i] === byte)
  );
  if (found !== undefined) throw new HistoryError(found[1]);
  const [first, second] = head;
  // Letters of ASCII, in UTF-16 without its mark.
  if ((first === 0) !== (second === 0) && head.length > 1) {
    throw new HistoryError(
      "the file is no text, or in UTF-16: write it in UTF-8",
    );
  }
}

function newlines(text: string): number {
  let count = 0;
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) {
    count++;
  }
  return count;
}

/** How many lines of a chunk end before the first that is no UTF-8. */
function linesBeforeFault(bytes: Uint8Array): number {
  const NEWLINE = 10;
  let begin = 0;
  // It may begin with the rest of a character.
  while (begin < 3 && (bytes[begin] & 0xc0) === 0x80) begin++;
  for (let lines = 0;; lines++) {
    const end = bytes.indexOf(NEWLINE, begin);
    const line = bytes.subarray(begin, end < 0 ? bytes.length : end + 1);
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(line, { stream: true });
    } catch {
      return lines;
    }
    if (end < 0) return 0; // then it is that rest that is none
    begin = end + 1;
  }
}

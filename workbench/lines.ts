/**
 * Lines out of bytes that come in pieces, such as what a process prints.
 *
 * A node's own loop (`lib/stdio.ts`) has another way: it reads stdin into one
 * buffer, without a stream in between, since its speed is what a node's is.
 *
 * @module
 */
export class Lines {
  readonly #decoder = new TextDecoder();
  /** Joined only when a newline comes: a long line has many pieces. */
  #pieces: string[] = [];
  #length = 0;

  /** @returns the lines that end in this piece, without their newlines */
  add(bytes: Uint8Array): string[] {
    const text = this.#decoder.decode(bytes, { stream: true });
    const lines = text.split("\n");
    const last = lines.pop() ?? "";
    if (lines.length > 0) {
      lines[0] = this.rest + lines[0];
      this.#pieces = [];
      this.#length = 0;
    }
    this.#pieces.push(last);
    this.#length += last.length;
    return lines;
  }

  /** What no newline has ended yet. */
  get rest(): string {
    return this.#pieces.join("");
  }

  /** How many characters that has. */
  get restLength(): number {
    return this.#length;
  }
}

/** The lines of a stream; the last needs no newline. */
export async function* linesOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<string> {
  const lines = new Lines();
  for await (const bytes of stream) yield* lines.add(bytes);
  if (lines.rest !== "") yield lines.rest;
}

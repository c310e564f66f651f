/**
 * Lines out of text that comes in pieces, for formats with an event a line.
 *
 * @module
 */
import { HistoryError, MAX_LENGTH, type Reader, tooLong } from "./format.ts";

export class ByLine implements Reader {
  #line = 0;
  /** What no newline has ended yet; joined only when one comes. */
  #pieces: string[] = [];
  #length = 0;

  /**
   * @param take gets each line that isn't blank, and its number, from 1; it
   * throws a `HistoryError` for what it can't read
   */
  constructor(private readonly take: (text: string, line: number) => void) {}

  add(text: string): void {
    let begin = 0;
    for (
      let end = text.indexOf("\n");
      end >= 0;
      end = text.indexOf("\n", begin)
    ) {
      this.#pieces.push(text.slice(begin, end));
      this.#finish();
      begin = end + 1;
    }
    if (begin === text.length) return;
    this.#pieces.push(text.slice(begin));
    this.#length += text.length - begin;
    if (this.#length > MAX_LENGTH) tooLong("it", this.#line + 1);
  }

  end(): void {
    if (this.#length === 0) return;
    const rest = this.#pieces.join("");
    try {
      this.#finish();
    } catch (error) {
      if (!(error instanceof HistoryError)) throw error;
      // A recorder that is killed leaves half a line. Without a newline,
      // what can't be read is more likely that than anything else.
      throw new HistoryError(
        `${error.fault} (the file ends here, without a newline: is it cut ` +
          `off after ${rest.length} characters of this line?)`,
        this.#line,
      );
    }
  }

  #finish(): void {
    const [first] = this.#pieces;
    let text = this.#pieces.length === 1 ? first : this.#pieces.join("");
    if (text.length > MAX_LENGTH) tooLong("it", this.#line + 1);
    this.#pieces = [];
    this.#length = 0;
    this.#line++;
    if (text.endsWith("\r")) text = text.slice(0, -1);
    if (/\S/.test(text)) this.take(text, this.#line);
  }
}

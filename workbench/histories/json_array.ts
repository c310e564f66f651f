/**
 * Events in one JSON array, as elle-cli reads them.
 *
 * https://github.com/ligurio/elle-cli
 *
 * @module
 */
import {
  type Emit,
  HistoryError,
  MAX_LENGTH,
  quoted,
  type Reader,
  type TextFormat,
  tooLong,
} from "./format.ts";
import { eventIn } from "./jsonl.ts";

export const jsonArray: TextFormat = {
  name: "json",
  about: "elle-cli's JSON: all events in one array",
  example:
    `[{"type":"invoke","f":"txn","value":[["append","x",1],["r","y",null]],"process":0,"index":0},
{"type":"ok","f":"txn","value":[["append","x",1],["r","y",[]]],"process":0,"index":1}]
`,
  matches: (head) => /^\s*\[\s*(\{\s*["}]|\])/.test(head),
  reader: (emit) => new JsonArray(emit),
};

/** What may come next, outside of events. */
type Expected = "[" | "event or ]" | "event" | ", or ]" | "nothing";

class JsonArray implements Reader {
  #line = 1;
  #expected: Expected = "[";
  /** The event that has begun: its text so far, its line, and where it is. */
  #pieces: string[] = [];
  #length = 0;
  #begin = 0;
  #depth = 0;
  #isString = false;
  #isEscaped = false;

  constructor(private readonly emit: Emit) {}

  add(text: string): void {
    let from = 0; // where the event's part in this piece begins
    for (let i = 0; i < text.length; i++) {
      const char = text[i];
      if (char === "\n") this.#line++;
      if (this.#depth === 0) {
        if (/\s/.test(char)) continue;
        this.#between(char, text, i);
        from = i;
      } else if (this.#isString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (char === "\\") this.#isEscaped = true;
        else if (char === '"') this.#isString = false;
      } else if (char === '"') this.#isString = true;
      else if (char === "{" || char === "[") this.#depth++;
      else if ((char === "}" || char === "]") && --this.#depth === 0) {
        this.#pieces.push(text.slice(from, i + 1));
        this.emit(eventIn(this.#pieces.join(""), this.#begin), this.#begin);
        this.#pieces = [];
        this.#length = 0;
        this.#expected = ", or ]";
      }
    }
    if (this.#depth === 0) return;
    this.#pieces.push(text.slice(from));
    this.#length += text.length - from;
    if (this.#length > MAX_LENGTH) tooLong("the event", this.#begin);
  }

  end(): void {
    if (this.#expected === "nothing") return;
    throw new HistoryError(
      this.#depth > 0
        ? "the file ends in the middle of the event that begins here: is it " +
          "cut off?"
        : 'the file ends before the "]" that ends its events: is it cut off?',
      this.#depth > 0 ? this.#begin : this.#line,
    );
  }

  /** Takes a character that stands between events, or begins one. */
  #between(char: string, text: string, i: number): void {
    const expected = this.#expected;
    if (char === "[" && expected === "[") this.#expected = "event or ]";
    else if (char === "," && expected === ", or ]") this.#expected = "event";
    else if (char === "]" && expected.endsWith("]")) this.#expected = "nothing";
    else if (char === "{" && expected.startsWith("event")) {
      this.#depth = 1;
      this.#begin = this.#line;
    } else {
      const found = quoted(text.slice(i, i + 100));
      throw new HistoryError(
        expected === "nothing"
          ? `${found} follows the end of the events (has the file two ` +
            "histories?)"
          : `${found} stands where ${
            expected.startsWith("event") ? "an event" : `"${expected}"`
          } should: is JSON damaged here?`,
        this.#line,
      );
    }
  }
}

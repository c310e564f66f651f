/**
 * Histories in EDN: what Jepsen, Maelstrom and Knossos write, and elle-cli
 * reads. Events stand one after the other, or in one vector or list; they are
 * maps or records (`#jepsen.history.Op{...}`).
 *
 * https://github.com/jepsen-io/history
 *
 * @module
 */
import { EdnEndError, EdnError, EdnReader } from "./edn.ts";
import {
  type Emit,
  type Fields,
  HistoryError,
  MAX_LENGTH,
  quoted,
  type Reader,
  type TextFormat,
  tooLong,
} from "./format.ts";

export const edn: TextFormat = {
  name: "edn",
  about: "Jepsen's and Maelstrom's history.edn, Knossos's data",
  example:
    `{:type :invoke, :f :txn, :value [[:w :x 1] [:r :y nil]], :process 0, :time 1000, :index 0}
{:type :invoke, :f :txn, :value [[:r :x nil]], :process 1, :time 2000, :index 1}
{:type :ok, :f :txn, :value [[:w :x 1] [:r :y nil]], :process 0, :time 3000, :index 2}
{:type :ok, :f :txn, :value [[:r :x 1]], :process 1, :time 4000, :index 3}
`,
  matches: (head) =>
    /^(?:[\s,[(]|;.*\n|#[\w.$/-]+)*\{(?:[\s,]|;.*\n)*:/.test(head),
  reader: (emit) => new EdnEvents(emit),
};

/** How long a tag may be that stands before the vector. */
const MAX_TAG = 200;

export class EdnEvents implements Reader {
  /** What is not read yet, and the line on which it begins. */
  #text = "";
  #line = 1;
  /** As long as a text has to be until it is worth to try again. */
  #enough = 0;
  /** What ends the events; undefined: the file; "": nothing may follow. */
  #closing: "]" | ")" | "" | undefined;
  #hasBegun = false;

  constructor(private readonly emit: Emit) {}

  add(text: string): void {
    this.#text += text;
    if (this.#text.length >= this.#enough) this.#read(false);
    if (this.#text.length > MAX_LENGTH) tooLong("the event", this.#line);
  }

  end(): void {
    this.#read(true);
    if (this.#closing !== undefined && this.#closing !== "") {
      throw new HistoryError(
        `the file ends before the "${this.#closing}" that ends its events: ` +
          "is it cut off?",
        this.#line,
      );
    }
  }

  #read(isWhole: boolean): void {
    const reader = new EdnReader(this.#text, isWhole);
    let counted = 0;
    let newline = this.#text.indexOf("\n");
    const countTo = (position: number) => {
      while (newline >= 0 && newline < position) {
        this.#line++;
        newline = this.#text.indexOf("\n", newline + 1);
      }
      counted = position;
    };
    try {
      reader.skip();
      if (!this.#hasBegun && !this.#begin(reader, isWhole)) return;
      while (this.#hasEvent(reader, countTo)) {
        const begin = reader.position;
        countTo(begin);
        const event = reader.read();
        this.emit(this.#eventIn(event, begin), this.#line);
        countTo(reader.position);
        reader.skip();
      }
    } catch (error) {
      if (!(error instanceof EdnError)) throw error;
      if (error instanceof EdnEndError && !isWhole) {
        this.#enough = 2 * (this.#text.length - counted);
      } else throw this.#fault(error, counted);
    }
    this.#text = this.#text.slice(counted);
  }

  /** Looks whether a vector or a list holds the events. */
  #begin(reader: EdnReader, isWhole: boolean): boolean {
    const { text, position } = reader;
    if (!isWhole && text.length - position < MAX_TAG) return false;
    const tag = /#[\w.$/-]+\s*(?=[[(])/y;
    tag.lastIndex = position;
    reader.position += tag.exec(text)?.[0].length ?? 0;
    const opening = text[reader.position];
    if (opening === "[" || opening === "(") {
      reader.position++;
      this.#closing = opening === "[" ? "]" : ")";
      reader.skip();
    }
    this.#hasBegun = true;
    return true;
  }

  #hasEvent(reader: EdnReader, countTo: (position: number) => void): boolean {
    const { text, position } = reader;
    countTo(position);
    if (position === text.length) return false;
    if (this.#closing === "") {
      throw new HistoryError(
        `${quoted(text.slice(position, position + 100))} follows the end of ` +
          "the events (has the file two histories?)",
        this.#line,
      );
    }
    if (text[position] !== this.#closing) return true;
    reader.position++;
    this.#closing = "";
    countTo(reader.position);
    reader.skip();
    return this.#hasEvent(reader, countTo);
  }

  #eventIn(event: unknown, begin: number): Fields {
    if (isMap(event)) {
      if (!("final?" in event)) return event;
      const { "final?": isFinal, ...fields } = event;
      return isFinal === true ? { ...fields, final: true } : fields;
    }
    throw new HistoryError(
      `${quoted(this.#text.slice(begin, begin + 100))} is no event: one is a ` +
        "map such as {:type :invoke, :process 0, :f :read, :value nil}",
      this.#line,
    );
  }

  #fault(error: EdnError, counted: number): HistoryError {
    if (error instanceof EdnEndError) {
      return new HistoryError(
        "the file ends in the middle of the event that begins here: is it " +
          "cut off?",
        this.#line,
      );
    }
    return new HistoryError(
      error.message,
      this.#line +
        this.#text.slice(counted, error.position).split("\n").length - 1,
    );
  }
}

function isMap(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

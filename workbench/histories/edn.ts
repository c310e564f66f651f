/**
 * Reads EDN as Clojure prints it. Keywords and symbols become strings, lists
 * and sets arrays, maps objects; a tag is left out, so that a record is its map.
 * Integers that a number can't hold become bigints; ratios and `##NaN` stay
 * texts.
 *
 * edn-data is several times slower, wants all of a text at once and doesn't tell
 * where a fault is: histories are long, come in pieces, and may be cut off.
 *
 * https://github.com/edn-format/edn
 *
 * @module
 */

/** What is wrong with a text, and where. */
export class EdnError extends Error {
  override readonly name: string = "EdnError";

  /** @param position in the text */
  constructor(message: string, readonly position: number) {
    super(message);
  }
}

/** The text ends before the form does: more of it may make it whole. */
export class EdnEndError extends EdnError {
  override readonly name = "EdnEndError";
}

/** The deepest nesting that is read. */
const MAX_DEPTH = 500;

/** Characters by their codes, which compare fastest. */
const TAB = 9;
const SPACE = 32;
const QUOTE = 34;
const HASH = 35;
const APOSTROPHE = 39;
const OPEN = 40;
const CLOSE = 41;
const COMMA = 44;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const SEMICOLON = 59;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const CARET = 94;
const UNDERSCORE = 95;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** @throws {EdnError} it is no form, or more than one */
export function parseEdn(text: string): unknown {
  const reader = new EdnReader(text);
  const form = reader.read();
  reader.skip();
  if (reader.position === text.length) return form;
  throw new EdnError("it goes on after its form", reader.position);
}

/** Reads one form after the other from a text. */
export class EdnReader {
  /** Where the next form is looked for. */
  position = 0;
  #depth = 0;
  /** Items of the sequences that are being read. */
  readonly #stack: unknown[] = [];
  #top = 0;

  /** @param isWhole whether nothing follows the text: its last atom is whole */
  constructor(readonly text: string, private readonly isWhole = true) {}

  /** Goes past white space, comments and what `#_` leaves out. */
  skip(): void {
    const { text } = this;
    for (;;) {
      const char = text.charCodeAt(this.position);
      if (isSpace(char)) this.position++;
      else if (char === SEMICOLON) {
        const end = text.indexOf("\n", this.position);
        if (end < 0 && !this.isWhole) this.#endError();
        this.position = end < 0 ? text.length : end;
      } else if (
        char === HASH &&
        text.charCodeAt(this.position + 1) === UNDERSCORE
      ) {
        const begin = this.position;
        try {
          this.position += 2;
          this.read();
        } catch (error) {
          this.position = begin;
          throw error;
        }
      } else return;
    }
  }

  /** @throws {EdnError} it is none; `EdnEndError` if it isn't all there */
  read(): unknown {
    this.skip();
    const { text } = this;
    const char = text.charCodeAt(this.position);
    switch (char) {
      case OPEN_BRACE:
        return this.#map();
      case OPEN_BRACKET:
        return this.#sequence(CLOSE_BRACKET);
      case OPEN:
        return this.#sequence(CLOSE);
      case QUOTE:
        return this.#string();
      case HASH:
        return this.#dispatch();
      case BACKSLASH:
        return this.#character();
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
      case CLOSE:
        throw new EdnError(
          `"${text[this.position]}" closes nothing`,
          this.position,
        );
      case CARET:
        this.position++;
        this.read(); // what is known about the form, not part of it
        return this.read();
      case APOSTROPHE:
        this.position++;
        return this.read();
    }
    if (Number.isNaN(char)) this.#endError();
    return this.#atom(char);
  }

  #endError(): never {
    throw new EdnEndError("it ends in the middle", this.position);
  }

  #enter(): void {
    if (++this.#depth > MAX_DEPTH) {
      throw new EdnError(
        `it is nested deeper than ${MAX_DEPTH} levels`,
        this.position,
      );
    }
    this.position++;
  }

  /** @returns whether there is another form before the closing character */
  #hasNext(closing: number): boolean {
    // Mostly a single space: the loop of skip is dearer.
    const { text } = this;
    let char = text.charCodeAt(this.position);
    if (char === SPACE) char = text.charCodeAt(++this.position);
    if (isSpace(char) || char === SEMICOLON || char === HASH) {
      this.skip();
      char = text.charCodeAt(this.position);
    }
    if (char !== closing) return true;
    this.position++;
    this.#depth--;
    return false;
  }

  #sequence(closing: number): unknown[] {
    this.#enter();
    // An array that grows holds room for more, which most would never use.
    const stack = this.#stack;
    const begin = this.#top;
    while (this.#hasNext(closing)) {
      const item = this.read();
      stack[this.#top++] = item;
    }
    const items = stack.slice(begin, this.#top);
    this.#top = begin;
    return items;
  }

  #map(): Record<string, unknown> {
    const begin = this.position;
    this.#enter();
    const map: Record<string, unknown> = {};
    while (this.#hasNext(CLOSE_BRACE)) {
      const read = this.read();
      const key = typeof read === "string" ? read : keyOf(read);
      if (!this.#hasNext(CLOSE_BRACE)) {
        throw new EdnError(`a map has the key ${key} without a value`, begin);
      }
      const value = this.read();
      if (key === "__proto__") {
        Object.defineProperty(map, key, {
          ...{ value, enumerable: true, configurable: true, writable: true },
        });
      } else map[key] = value;
    }
    return map;
  }

  #string(isPattern = false): string {
    const { text } = this;
    const begin = this.position + 1;
    let end = text.indexOf('"', begin);
    if (end < 0) this.#endError();
    let raw = text.slice(begin, end);
    if (!raw.includes("\\")) {
      this.position = end + 1;
      return copied(raw);
    }
    end = begin;
    while (text.charCodeAt(end) !== QUOTE) {
      end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
      if (end >= text.length) this.#endError();
    }
    raw = text.slice(begin, end);
    this.position = end + 1;
    if (isPattern) return raw;
    return raw.replaceAll(ESCAPE, (found, code: string) => {
      if (/^u/.test(code)) {
        return String.fromCharCode(parseInt(code.slice(1), 16));
      }
      if (/^\d/.test(code)) return String.fromCharCode(parseInt(code, 8));
      const char = escapes.get(code);
      if (char !== undefined) return char;
      throw new EdnError(`a string has the unknown escape ${found}`, begin);
    });
  }

  #dispatch(): unknown {
    const { text } = this;
    const next = text.charCodeAt(this.position + 1);
    switch (next) {
      case OPEN_BRACE:
        this.position++;
        return this.#sequence(CLOSE_BRACE);
      case QUOTE:
        this.position++;
        return this.#string(true);
      case HASH: {
        const begin = this.position;
        this.position += 2;
        return `##${text.slice(begin + 2, this.#endOfToken(begin))}`;
      }
      case APOSTROPHE: // a var
        this.position += 2;
        return this.read();
    }
    if (Number.isNaN(next)) this.#endError();
    // A tag, and the form that it is of.
    const begin = this.position++;
    const end = this.#endOfToken(begin);
    if (end === begin + 1) throw new EdnError("# has no tag", begin);
    return this.read();
  }

  #character(): string {
    const { text } = this;
    const begin = this.position;
    if (begin + 1 >= text.length) this.#endError();
    this.position += 2; // it may be one that ends others
    const name = text.slice(begin + 1, this.#endOfToken(begin));
    const named = characters.get(name);
    if (named !== undefined) return named;
    if (/^u[0-9a-fA-F]{4}$/.test(name)) {
      return String.fromCharCode(parseInt(name.slice(1), 16));
    }
    return name;
  }

  /** Goes to where a token ends. */
  #endOfToken(begin: number): number {
    const { text } = this;
    let end = this.position;
    while (end < text.length && !isEnd(text.charCodeAt(end))) end++;
    if (end === text.length && !this.isWhole) {
      this.position = begin;
      this.#endError();
    }
    return this.position = end;
  }

  /**
   * The same string for the same keyword: a history has few, and often.
   *
   * @throws {EdnError} it has no name
   */
  #keyword(begin: number, end: number): string {
    const { text } = this;
    const length = end - begin;
    if (length === 0) throw new EdnError("a keyword has no name", begin - 1);
    const slot = (31 * text.charCodeAt(begin) + text.charCodeAt(end - 1) +
      961 * length) % keywords.length;
    const known = keywords[slot];
    if (known.length === length && text.startsWith(known, begin)) return known;
    return keywords[slot] = copied(text.slice(begin, end));
  }

  /** A keyword, a symbol or a number. */
  #atom(first: number): unknown {
    const { text } = this;
    const begin = this.position;
    const end = this.#endOfToken(begin);
    if (first === COLON) return this.#keyword(begin + 1, end);
    if (first >= ZERO && first <= NINE) {
      // Most are short integers.
      if (end - begin > 15) return numberIn(text.slice(begin, end), begin);
      let number = 0;
      for (let i = begin; i < end; i++) {
        const digit = text.charCodeAt(i) - ZERO;
        if (digit < 0 || digit > 9) {
          return numberIn(text.slice(begin, end), begin);
        }
        number = number * 10 + digit;
      }
      return number;
    }
    const token = text.slice(begin, end);
    if (token === "nil") return null;
    if (token === "true") return true;
    if (token === "false") return false;
    return /^[-+]\d/.test(token) ? numberIn(token, begin) : token;
  }
}

/** A part of a text would keep all of it in memory. */
const copied = (part: string) => part.length < 13 ? part : ` ${part}`.slice(1);

/** Keywords by a hash of theirs. */
const keywords: string[] = new Array(256).fill("");

const ESCAPE = /\\(u[0-9a-fA-F]{4}|[0-7]{1,3}|.|$)/gs;

const escapes = new Map<string, string>([
  ...[["n", "\n"], ["t", "\t"], ["r", "\r"], ["b", "\b"], ["f", "\f"]] as const,
  ...[['"', '"'], ["\\", "\\"], ["'", "'"]] as const,
]);

const characters = new Map<string, string>([
  ...[["newline", "\n"], ["space", " "], ["tab", "\t"]] as const,
  ...[["return", "\r"], ["backspace", "\b"], ["formfeed", "\f"]] as const,
]);

function isSpace(char: number): boolean {
  return char === SPACE || char === COMMA ||
    (char >= TAB && char <= 13) || char === 0xa0;
}

/** Whether a character ends a keyword, a symbol or a number. */
function isEnd(char: number): boolean {
  if (char > SEMICOLON) {
    return char === OPEN_BRACE || char === CLOSE_BRACE ||
      char === OPEN_BRACKET || char === CLOSE_BRACKET ||
      char === 0xa0;
  }
  return char === SEMICOLON || char === QUOTE ||
    char === OPEN || char === CLOSE || isSpace(char);
}

/** @throws {EdnError} it is none */
function numberIn(token: string, position: number): number | bigint | string {
  const integer = /^[-+]?\d+(?=N?$)/.exec(token)?.[0];
  if (integer !== undefined) {
    const number = Number(integer);
    return Number.isSafeInteger(number) ? number : BigInt(integer);
  }
  if (/^[-+]?\d+(\.\d*)?([eE][-+]?\d+)?M?$/.test(token)) {
    return Number(token.replace("M", ""));
  }
  if (/^[-+]?0[xX][\da-fA-F]+$/.test(token)) return Number(token);
  if (/^[-+]?\d+\/\d+$/.test(token)) return token;
  throw new EdnError(`${token} is no number`, position);
}

/** The name of a field whose key is no keyword, symbol or string. */
function keyOf(key: unknown): string {
  return typeof key === "object" && key !== null
    ? JSON.stringify(key)
    : `${key}`;
}

/**
 * Finds the numbers of JSON texts, each with the place where it stands, so that
 * what stands at the same place of other messages can be told to mean the same.
 *
 * @module
 */

/** A string, maybe a key; a number; or what holds others. */
const TOKEN =
  /"(?:[^"\\]|\\.)*"(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[[\]{}]/g;

/** What every message has, and what says nothing about its content. */
const ENVELOPE = new Set(["type", "msg_id", "in_reply_to"]);

/**
 * Numbers of a list beyond this are all at one place, as are all lists and
 * objects in a list.
 */
const POSITIONS = 4;

/** Ends the texts of bodies that were too long to be kept whole. */
const CUT = "…";

/** Numbers places: `spread`, its key `runs`, therein the third item of a list. */
export class Places {
  readonly #children: Map<string | number, number>[] = [new Map()];

  #child(place: number, step: string | number): number {
    return this.#children[place].getOrInsertComputed(
      step,
      () => this.#children.push(new Map()) - 1,
    );
  }

  /**
   * @param type the message's, below which its places are
   * @param text JSON; one that was cut off is read as far as it goes
   * @param visit is told of each number but for those of the envelope
   */
  scan(
    type: string,
    text: string,
    visit: (value: number, place: number) => void,
  ): void {
    const holders: Holder[] = [{ place: this.#child(0, type), at: "" }];
    for (const match of text.matchAll(TOKEN)) {
      const [token, colon] = match;
      const holder = holders[holders.length - 1];
      if (colon !== undefined) {
        const key = token.slice(1, token.lastIndexOf('"'));
        // Names with figures are those of nodes, versions, keys.
        holder.at = /\d/.test(key) ? "*" : key;
      } else if (token === "}" || token === "]") {
        if (holders.length > 1) holders.pop();
      } else {
        const step = holder.at;
        if (typeof holder.at === "number") holder.at++;
        if (token[0] === '"') continue;
        const isInner = token === "{" || token === "[";
        if (holders.length <= 2 && ENVELOPE.has(`${step}`) && !isInner) {
          continue;
        }
        const place = this.#child(
          holder.place,
          typeof step === "string"
            ? step
            : isInner
            ? POSITIONS + 1
            : Math.min(step, POSITIONS),
        );
        if (isInner) holders.push({ place, at: token === "[" ? 0 : "" });
        else if (text[match.index + token.length] === CUT) return;
        else visit(Number(token), place);
      }
    }
  }
}

/** A list or an object, and the item or key that is next in it. */
interface Holder {
  readonly place: number;
  at: string | number;
}

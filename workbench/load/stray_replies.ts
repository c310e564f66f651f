/**
 * Replies that no client was waiting for. Maelstrom's clients ignore them, and
 * so do ours; but where requests are not answered, they often say why.
 *
 * @module
 */
import { type Packet } from "../cluster/journal.ts";

/** What is odd about a reply. */
export type Oddity = "unaddressed" | "misshapen" | "unasked" | "twice" | "late";

/** Why it is not the reply that somebody waits for, and what to do. */
const meanings: Readonly<
  Record<Oddity, readonly [what: string, todo: string]>
> = {
  unaddressed: [
    'A message to a client has no "in_reply_to", so it answers no request',
    `a reply carries the request's "msg_id" there`,
  ],
  misshapen: [
    'A reply has an "in_reply_to" that is no integer',
    `it must be the request's "msg_id" as it came, a number`,
  ],
  unasked: [
    'A reply has an "in_reply_to" that its client never sent',
    'it must be the "msg_id" of the request that it answers',
  ],
  twice: ["A request was answered twice", "only the first reply counts"],
  late: [
    "A reply came when its client had given up",
    "it counts as none",
  ],
};

export class StrayReplies {
  readonly #found = new Map<Oddity, { count: number; example: Packet }>();

  add(oddity: Oddity, packet: Packet): void {
    const found = this.#found.get(oddity);
    if (found === undefined) {
      this.#found.set(oddity, { count: 1, example: packet });
    } else found.count++;
  }

  /** For each of these oddities that there was a sentence with an example. */
  describe(oddities: readonly Oddity[]): string[] {
    return oddities.flatMap((oddity) => {
      const found = this.#found.get(oddity);
      if (found === undefined) return [];
      const { count, example } = found;
      const [what, todo] = meanings[oddity];
      const times = count === 1 ? "" : ` (${count} times)`;
      return [
        `${what}${times}: ${todo}.\n  For example: ${shorten(example.line)}`,
      ];
    });
  }
}

function shorten(text: string): string {
  return text.length <= 400 ? text : `${text.slice(0, 400)}…`;
}

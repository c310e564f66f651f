/**
 * What each of a cluster has sent and received by a moment.
 *
 * @module
 */
import { ARRIVED, type Messages } from "../../viewer/run/document.ts";
import { countLeading } from "../../workbench/checkers/count_leading.ts";

/** A message that somebody sent or received, and when. */
export interface Letter {
  /** Position among the run's messages. */
  readonly message: number;
  readonly at: number;
}

export class Mail {
  static readonly #known = new WeakMap<Messages, Mail>();

  /** Of the same messages always the same. */
  static of(messages: Messages): Mail {
    return Mail.#known.getOrInsertComputed(
      messages,
      () => new Mail(messages),
    );
  }

  readonly #sent = new Map<string, readonly Letter[]>();
  readonly #received = new Map<string, readonly Letter[]>();

  private constructor(private readonly messages: Messages) {}

  /** The last that somebody sent by a moment, the latest first. */
  sentBy(name: string, time: number, most: number): Letter[] {
    return lastOf(
      this.#sent.getOrInsertComputed(name, () => this.#allSentBy(name)),
      time,
      most,
    );
  }

  /** The last that somebody received by a moment, the latest first. */
  receivedBy(name: string, time: number, most: number): Letter[] {
    return lastOf(
      this.#received.getOrInsertComputed(name, () => this.#allReceivedBy(name)),
      time,
      most,
    );
  }

  #allSentBy(name: string): Letter[] {
    const { count, names, from, sent } = this.messages;
    const id = names.indexOf(name);
    const all: Letter[] = [];
    for (let i = 0; i < count; i++) {
      if (from[i] === id) all.push({ message: i, at: sent[i] });
    }
    return all;
  }

  /** With copies of messages. */
  #allReceivedBy(name: string): Letter[] {
    const { count, names, to, ended, fate, duplicates } = this.messages;
    const id = names.indexOf(name);
    const all = duplicates.filter(({ message }) => to[message] === id);
    for (let i = 0; i < count; i++) {
      if (to[i] === id && fate[i] === ARRIVED) {
        all.push({ message: i, at: ended[i] });
      }
    }
    return all.sort((a, b) => a.at - b.at || a.message - b.message);
  }
}

function lastOf(all: readonly Letter[], time: number, most: number): Letter[] {
  const end = countLeading(all.length, (i) => all[i].at <= time);
  return all.slice(Math.max(0, end - most), end).reverse();
}

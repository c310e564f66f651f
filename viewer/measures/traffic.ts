/**
 * What the network carries: messages between servers by type, and each node's
 * share.
 *
 * @module
 */
import { ARRIVED, type Messages, type RunDocument } from "../run/document.ts";
import { isClient } from "../run/recording.ts";
import { type Buckets, ratesOf } from "./buckets.ts";

/** A type of message between servers. */
export interface Stream {
  readonly type: string;
  readonly count: number;
  /** Messages a second, for each bucket. */
  readonly rates: readonly number[];
}

/** 1 for each message that neither comes from a client nor goes to one. */
function betweenServers({ names, from, to, count }: Messages): Uint8Array {
  const isServer = names.map((name) => !isClient(name));
  return Uint8Array.from(
    { length: count },
    (_, i) => isServer[from[i]] && isServer[to[i]] ? 1 : 0,
  );
}

/**
 * Messages between servers by type, most frequent first.
 *
 * @param most so many types at most: the others become one
 */
export function streamsOf(
  messages: Messages,
  buckets: Buckets,
  most = 6,
): Stream[] {
  const { types, type, sent, sampling } = messages;
  const times = new Map<number, number[]>();
  betweenServers(messages).forEach((is, i) => {
    if (is) times.getOrInsert(type[i], []).push(sent[i]);
  });
  const sorted = [...times].toSorted(([, a], [, b]) => b.length - a.length);
  const named = sorted.length > most ? sorted.slice(0, most - 1) : sorted;
  const others = sorted.slice(named.length);
  const rest = others.flatMap(([, its]) => its);
  const stream = (type: string, times: readonly number[]): Stream => ({
    type,
    count: times.length * sampling,
    rates: ratesOf(buckets, times, sampling),
  });
  return [
    ...named.map(([at, its]) => stream(types[at] || "no type", its)),
    ...rest.length > 0 ? [stream(`${others.length} other types`, rest)] : [],
  ];
}

/** What a server sends and receives. */
export interface Load {
  readonly name: string;
  readonly isService: boolean;
  /** To other servers. */
  readonly sent: number;
  /** From other servers; each arrival of a duplicate counts. */
  readonly received: number;
  /** To clients and from them. */
  readonly withClients: number;
  /** Of all that it sent and received, clients' included. */
  readonly perSecond: number;
  /** Of what all servers sent and received, from 0 to 1. */
  readonly share: number;
}

/** Busiest first. */
export function loadsOf(
  { nodes, services, duration }: RunDocument,
  messages: Messages,
): Load[] {
  const { names, from, to, fate, duplicates, sampling, count } = messages;
  const empty = () => new Float64Array(names.length);
  const [sent, received, withClients] = [empty(), empty(), empty()];
  const isInner = betweenServers(messages);
  const arrives = (i: number) => {
    if (isInner[i]) received[to[i]] += sampling;
    else withClients[to[i]]++;
  };
  for (let i = 0; i < count; i++) {
    if (isInner[i]) sent[from[i]] += sampling;
    else withClients[from[i]]++;
    if (fate[i] === ARRIVED) arrives(i);
  }
  for (const { message } of duplicates) arrives(message);
  const at = new Map(names.map((name, i) => [name, i]));
  const rows = [...nodes, ...services].map((name, i) => {
    const its = at.get(name);
    const of = (counts: Float64Array) => its === undefined ? 0 : counts[its];
    return {
      name,
      isService: i >= nodes.length,
      sent: of(sent),
      received: of(received),
      withClients: of(withClients),
    };
  });
  const total = (it: typeof rows[number]) =>
    it.sent + it.received + it.withClients;
  const all = rows.reduce((sum, it) => sum + total(it), 0);
  const length = Math.max(duration, 1) / 1000;
  return rows.map((it) => ({
    ...it,
    perSecond: total(it) / length,
    share: all === 0 ? 0 : total(it) / all,
  })).toSorted((a, b) => b.perSecond - a.perSecond);
}

/**
 * The memory of a search: which configurations it has seen, each in some tens of
 * bytes, as Lowe's ("Testing for Linearizability", 2017) and porcupine's, but
 * with an exact comparison behind the hash.
 *
 * @module
 */

/** No record. */
export const NONE = -1;

/** Records of a chunk of memory, as a power of two. */
const CHUNK_BITS = 12;
const CHUNK_MASK = (1 << CHUNK_BITS) - 1;

/** Where a record keeps what. The placed and the used follow. */
const LEVEL = 0;
const STATE = 1;
const PARENT = 2;
const CHOICE = 3;
const DEPTH = 4;
const NEXT_ALIKE = 5;
const NEXT_OPEN = 6;
const SETS = 7;

/** What makes up a configuration; a scratch to fill. */
export interface Draft {
  level: number;
  state: number;
  /** Which of those that run are placed already, a bit for each slot. */
  readonly placed: Int32Array;
  /** Which of those of unknown fate were placed, a bit for each. */
  readonly used: Int32Array;
  /** How many operations are placed. */
  depth: number;
}

/**
 * Configurations by number, in the order in which they were added. One that
 * is like another, but has used more operations of unknown fate, can do
 * nothing that the other can't: it is not added.
 */
export class Configurations {
  readonly #placedWords: number;
  readonly #usedWords: number;
  readonly #width: number;
  readonly #chunks: Int32Array[] = [];
  /** By hash: a record's number + 1, the newest of those alike; 0 if none. */
  #table = new Int32Array(1 << 10);
  #kinds = 0;
  #size = 0;

  /**
   * @param placed how many operations run at the same time at most
   * @param used how many have an unknown fate
   */
  constructor(placed: number, used: number) {
    this.#placedWords = (placed + 31) >> 5;
    this.#usedWords = (used + 31) >> 5;
    this.#width = SETS + this.#placedWords + this.#usedWords;
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes that are in use. */
  get bytes(): number {
    return 4 * (this.#size * this.#width + this.#table.length);
  }

  draft(): Draft {
    return {
      level: 0,
      state: 0,
      placed: new Int32Array(this.#placedWords),
      used: new Int32Array(this.#usedWords),
      depth: 0,
    };
  }

  /**
   * @param choice the operation that led here from the parent
   * @returns its number, or {@linkcode NONE} if it brings nothing new
   */
  add(draft: Draft, parent: number, choice: number): number {
    const at = this.#placeOf(draft);
    const alike = this.#table[at] - 1; // `NONE` if there is none
    for (let it = alike; it !== NONE; it = this.#get(it, NEXT_ALIKE)) {
      if (this.#usesNoMore(it, draft.used)) return NONE;
    }
    const id = this.#size++;
    const chunk = this.#chunks[id >> CHUNK_BITS] ??= new Int32Array(
      this.#width << CHUNK_BITS,
    );
    const start = (id & CHUNK_MASK) * this.#width;
    chunk[start + LEVEL] = draft.level;
    chunk[start + STATE] = draft.state;
    chunk[start + PARENT] = parent;
    chunk[start + CHOICE] = choice;
    chunk[start + DEPTH] = draft.depth;
    chunk[start + NEXT_ALIKE] = alike;
    chunk[start + NEXT_OPEN] = NONE;
    chunk.set(draft.placed, start + SETS);
    chunk.set(draft.used, start + SETS + this.#placedWords);
    this.#table[at] = id + 1;
    if (alike === NONE && 2 * ++this.#kinds > this.#table.length) {
      this.#rehash();
    }
    return id;
  }

  /** Whether one was added since that makes this one needless. */
  isOutdone(id: number): boolean {
    if (this.#usedWords === 0) return false;
    const draft = this.#outdone ??= this.draft();
    this.read(id, draft);
    let it = this.#table[this.#placeOf(draft)] - 1;
    for (; it > id; it = this.#get(it, NEXT_ALIKE)) {
      if (this.#usesNoMore(it, draft.used)) return true;
    }
    return false;
  }
  #outdone: Draft | undefined;

  read(id: number, draft: Draft): void {
    const chunk = this.#chunks[id >> CHUNK_BITS];
    const start = (id & CHUNK_MASK) * this.#width;
    draft.level = chunk[start + LEVEL];
    draft.state = chunk[start + STATE];
    draft.depth = chunk[start + DEPTH];
    const { placed, used } = draft;
    const from = start + SETS;
    for (let i = 0; i < placed.length; i++) placed[i] = chunk[from + i];
    for (let i = 0; i < used.length; i++) {
      used[i] = chunk[from + placed.length + i];
    }
  }

  level(id: number): number {
    return this.#get(id, LEVEL);
  }

  state(id: number): number {
    return this.#get(id, STATE);
  }

  parent(id: number): number {
    return this.#get(id, PARENT);
  }

  choice(id: number): number {
    return this.#get(id, CHOICE);
  }

  nextOpen(id: number): number {
    return this.#get(id, NEXT_OPEN);
  }

  setNextOpen(id: number, next: number): void {
    const chunk = this.#chunks[id >> CHUNK_BITS];
    chunk[(id & CHUNK_MASK) * this.#width + NEXT_OPEN] = next;
  }

  /** Whether two are at the same level and have placed the same. */
  placedTheSame(a: number, b: number): boolean {
    if (this.#get(a, LEVEL) !== this.#get(b, LEVEL)) return false;
    for (let i = 0; i < this.#placedWords; i++) {
      if (this.#get(a, SETS + i) !== this.#get(b, SETS + i)) return false;
    }
    return true;
  }

  #get(id: number, field: number): number {
    const chunk = this.#chunks[id >> CHUNK_BITS];
    return chunk[(id & CHUNK_MASK) * this.#width + field];
  }

  /** Where in the table those like it are, or else would be. */
  #placeOf(draft: Draft): number {
    const table = this.#table;
    const mask = table.length - 1;
    let at = this.#hash(draft) & mask;
    while (table[at] !== 0 && !this.#isAlike(table[at] - 1, draft)) {
      at = at + 1 & mask;
    }
    return at;
  }

  #isAlike(id: number, { level, state, placed }: Draft): boolean {
    const chunk = this.#chunks[id >> CHUNK_BITS];
    const start = (id & CHUNK_MASK) * this.#width;
    if (chunk[start + LEVEL] !== level) return false;
    if (chunk[start + STATE] !== state) return false;
    for (let i = 0; i < placed.length; i++) {
      if (chunk[start + SETS + i] !== placed[i]) return false;
    }
    return true;
  }

  /** Whether all that it has used is among these. */
  #usesNoMore(id: number, used: Int32Array): boolean {
    const chunk = this.#chunks[id >> CHUNK_BITS];
    const start = (id & CHUNK_MASK) * this.#width + SETS + this.#placedWords;
    for (let i = 0; i < used.length; i++) {
      if ((chunk[start + i] & ~used[i]) !== 0) return false;
    }
    return true;
  }

  #hash({ level, state, placed }: Draft): number {
    let hash = mix(mix(0, level), state);
    for (let i = 0; i < placed.length; i++) hash = mix(hash, placed[i]);
    hash ^= hash >>> 16;
    return Math.imul(hash, 0xc2b2ae35) >>> 7;
  }

  #rehash(): void {
    const old = this.#table;
    this.#table = new Int32Array(2 * old.length);
    const draft = this.draft();
    for (const entry of old) {
      if (entry === 0) continue;
      this.read(entry - 1, draft);
      this.#table[this.#placeOf(draft)] = entry;
    }
  }
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ Math.imul(word, 0xcc9e2d51), 0x1b873593);
  return mixed ^ (mixed >>> 15);
}

/**
 * Columns of whole numbers as bytes: small ones take one each.
 *
 * @module
 */

/** Most of what is written is far smaller than this; there is no limit. */
const FULL = 128;

/** Writes columns one after the other. */
export class ColumnWriter {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  /** @param column not below 0 */
  write(column: Iterable<number>): void {
    for (let value of column) {
      if (this.#length + 8 > this.#bytes.length) this.#grow();
      while (value >= FULL) {
        this.#bytes[this.#length++] = value % FULL + FULL;
        value = Math.floor(value / FULL);
      }
      this.#bytes[this.#length++] = value;
    }
  }

  #grow(): void {
    const grown = new Uint8Array(2 * this.#bytes.length);
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads columns in the order in which they were written. */
export class ColumnReader {
  #at = 0;

  constructor(readonly bytes: Uint8Array) {}

  /** Fills a column of known length; beyond the end there are zeros. */
  read<Column extends Uint8Array | Uint16Array | Float64Array>(
    column: Column,
  ): Column {
    const { bytes } = this;
    let at = this.#at;
    for (let i = 0; i < column.length; i++) {
      let byte = bytes[at++];
      let value = byte & (FULL - 1);
      for (let scale = FULL; byte >= FULL; scale *= FULL) {
        byte = bytes[at++];
        value += (byte & (FULL - 1)) * scale;
      }
      column[i] = value;
    }
    this.#at = at;
    return column;
  }
}

/** Those below 0 become odd. */
export const fold = (value: number) => value < 0 ? -2 * value - 1 : 2 * value;
export const unfold = (value: number) =>
  value % 2 === 1 ? -(value + 1) / 2 : value / 2;

import { countLeading } from "../count_leading.ts";
import { IntList } from "../dependencies/graph.ts";

/** Which transaction accessed which version, in the order of transactions. */
export class Accesses {
  readonly txn = new IntList();
  readonly key = new IntList();
  readonly version = new IntList();

  get length(): number {
    return this.txn.length;
  }

  push(txn: number, key: number, version: number): void {
    this.txn.push(txn);
    this.key.push(key);
    this.version.push(version);
  }

  /** What a transaction accessed: keys and versions. */
  of(txn: number): [key: number, version: number][] {
    const first = countLeading(this.length, (i) => this.txn.at(i) < txn);
    const result: [number, number][] = [];
    for (let i = first; i < this.length && this.txn.at(i) === txn; i++) {
      result.push([this.key.at(i), this.version.at(i)]);
    }
    return result;
  }
}

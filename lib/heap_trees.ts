/**
 * Spanning trees over the nodes of a cluster, known to all without a message.
 *
 * @module
 */
import { type Node } from "./node.ts";
import { integer, type Shape } from "./shapes.ts";

/**
 * For each node a tree of which it is the root: a heap, laid out over all nodes
 * in the order of `init` from the root on, past the last to the first. Every
 * node has at most so many children as the fan-out says, so no path is longer
 * than the logarithm of the cluster's size.
 *
 * Most nodes are leaves, and trees far enough apart have no inner node in common:
 * where one is down, another tree leads around it. Such sets of
 * interior-node-disjoint trees are known from SplitStream (Castro et al., SOSP
 * 2003).
 *
 * A tree is named by the index of its root in {@linkcode Node.ids}.
 *
 * @example
 * ```ts
 * import { HeapTrees, json, message, type Node } from "@gossip-glomers/maelstrom";
 *
 * export default function flood(node: Node): void {
 *   const trees = new HeapTrees(node, 4);
 *   const news = message("news", { tree: trees.index, value: json });
 *   const spread = (tree: number, value: unknown) => {
 *     for (const child of trees.children(tree)) {
 *       node.send(child, news({ tree, value }));
 *     }
 *   };
 *   node.on(news, ({ tree, value }) => spread(tree, value));
 *   node.onInit(() => spread(trees.self, `${node.id} is here`));
 * }
 * ```
 */
export class HeapTrees {
  /** The index of a node, in a message. */
  readonly index: Shape<number>;
  readonly #node: Node;
  readonly #fanOut: number;
  #self = 0;

  /**
   * The trees of a node's cluster.
   *
   * @param fanOut how many children a node has at most, from 1
   */
  constructor(node: Node, fanOut: number) {
    this.#node = node;
    this.#fanOut = fanOut;
    this.index = {
      expected: "index of a node",
      test: (v): v is number => integer.test(v) && v in node.ids,
    };
    node.onInit(() => {
      this.#self = node.ids.indexOf(node.id);
    });
  }

  /** This node's index, and so the tree of which it is the root. */
  get self(): number {
    return this.#self;
  }

  /**
   * From whom a tree's news comes to this node; undefined at its root.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { HeapTrees } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) => {
   *   const trees = new HeapTrees(node, 2);
   *   node.onInit(() => {
   *     if (node.id === "n4") assert.equal(trees.parent(0), "n1");
   *     assert.equal(trees.parent(trees.self), undefined);
   *   });
   * }, { nodes: 5 });
   * await cluster.ready();
   * ```
   */
  parent(tree: number): string | undefined {
    const { ids } = this.#node;
    const place = this.#placeIn(tree);
    if (place === 0) return undefined;
    return ids[(tree + Math.floor((place - 1) / this.#fanOut)) % ids.length];
  }

  /**
   * To whom this node passes on a tree's news.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { HeapTrees } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) => {
   *   const trees = new HeapTrees(node, 2);
   *   node.onInit(() => {
   *     if (node.id === "n1") assert.deepEqual(trees.children(0), ["n3", "n4"]);
   *     if (node.id === "n4") assert.deepEqual(trees.children(0), []);
   *   });
   * }, { nodes: 5 });
   * await cluster.ready();
   * ```
   */
  children(tree: number): string[] {
    const { ids } = this.#node;
    const first = this.#fanOut * this.#placeIn(tree) + 1;
    const count = Math.min(this.#fanOut, Math.max(0, ids.length - first));
    return Array.from(
      { length: count },
      (_, i) => ids[(tree + first + i) % ids.length],
    );
  }

  /**
   * The next tree with other inner nodes, if there are enough nodes, and another
   * root than this node.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { HeapTrees } from "@gossip-glomers/maelstrom";
   * import { TestCluster } from "@gossip-glomers/maelstrom/testing";
   *
   * const cluster = new TestCluster((node) => {
   *   const trees = new HeapTrees(node, 2);
   *   node.onInit(() => {
   *     // n0 and n1 have children in tree 0, n2 and n3 in tree 2.
   *     if (node.id === "n4") assert.equal(trees.disjoint(0), 2);
   *   });
   * }, { nodes: 5 });
   * await cluster.ready();
   * ```
   */
  disjoint(tree: number): number {
    const { length } = this.#node.ids;
    const inner = Math.ceil((length - 1) / this.#fanOut);
    const next = (tree + inner) % length;
    return next === this.#self ? (next + 1) % length : next;
  }

  #placeIn(tree: number): number {
    const { length } = this.#node.ids;
    return (this.#self - tree + length) % length;
  }
}

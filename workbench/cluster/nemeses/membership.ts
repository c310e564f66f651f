/**
 * Nodes leave the cluster's membership and come back, as somebody who operates
 * it would have it: by requests to any node. They are those of
 * https://github.com/jepsen-io/maelstrom/pull/101, as a nemesis, which its
 * reviewer asks for there: so any workload may have it.
 *
 * @module
 */
import { ErrorCode, RpcError } from "../../../lib/maelstrom.ts";
import { errorTitle } from "../../checkers/failures.ts";
import { type Random } from "../../clock/random.ts";
import { type RpcResult } from "../../load/rpc_client.ts";
import { failure } from "../../workloads/workload.ts";
import {
  type Ending,
  type FaultCycle,
  type FaultOperation,
  type Nemesis,
  type Tell,
  type Victim,
} from "./nemesis.ts";
import { majority } from "./subset.ts";

/** ms from a failed attempt to make a node a member again to the next one. */
const PAUSE = 250;

/** ms that a request of unknown fate has to surface, before it is made up for. */
const SURFACING = 1000;

type Change = "add_member" | "remove_member";

/** Some leave, one after the other; all come back at the end. */
export const membership: Nemesis = (victim, random) =>
  new Membership(victim, random.fork("membership"));

class Membership implements FaultCycle {
  /** What replies tell of each node; at first all are members. */
  readonly #view: Map<string, "in" | "out" | "perhaps">;
  /**
   * Whose removal once had an unknown fate. It may wait in a node that is paused,
   * and come after additions that were acknowledged: so each end of the fault
   * adds them again.
   */
  readonly #doubted = new Set<string>();
  /** Whom to ask is drawn apart: how often that is, depends on the replies. */
  readonly #asked: Random;
  /** How many members there are at least. */
  readonly #least: number;
  #requests = 0;
  #acknowledged = 0;
  /** What is being done; what was begun before it does not go on. */
  #turn = 0;
  #isWaiting = false;
  /** What begins when the request that is waited for has ended. */
  #next: (() => void) | undefined;
  #isClosed = false;
  #hadTime = false;
  /** Who does not know these requests, and which one it was. */
  #unable: string | undefined;
  /** Why the last request did not succeed, if it did not. */
  #failure: string | undefined;

  constructor(
    private readonly victim: Victim,
    private readonly random: Random,
  ) {
    const { nodeIds } = victim;
    this.#asked = random.fork("asked");
    this.#view = new Map(nodeIds.map((id) => [id, "in"]));
    // Two nodes have no majority that one of them could leave.
    this.#least = Math.max(
      1,
      Math.min(majority(nodeIds.length), nodeIds.length - 1),
    );
  }

  begin(): FaultOperation | undefined {
    const { nodeIds } = this.victim;
    if (this.#unable !== undefined || nodeIds.length === 1) return undefined;
    const most = 1 + this.random.integer(nodeIds.length - this.#least);
    const members = this.random.shuffle(nodeIds)
      .filter((id) => this.#view.get(id) === "in");
    const leaving = members.slice(
      0,
      Math.max(0, Math.min(most, members.length - this.#least)),
    );
    if (leaving.length === 0) return undefined;
    return {
      f: "remove-members",
      value: leaving,
      apply: (tell) => this.#begin((turn) => this.#remove(leaving, tell, turn)),
    };
  }

  end(): FaultOperation | undefined {
    const missing = this.#missing();
    if (this.#unable !== undefined || missing.length === 0) return undefined;
    return {
      f: "add-members",
      value: missing,
      apply: (tell) =>
        this.#begin((turn) => {
          this.#failure = undefined;
          const restore = () => this.#restore(this.#missing(), tell, turn);
          if (this.#doubted.size === 0) restore();
          else this.victim.after(SURFACING, restore);
        }),
    };
  }

  /** Begins something else than before, once no answer is waited for. */
  #begin(something: (turn: number) => void): void {
    const turn = ++this.#turn;
    if (this.#isWaiting) this.#next = () => something(turn);
    else something(turn);
  }

  close(hadTime: boolean): void {
    this.#isClosed = true;
    this.#hadTime ||= hadTime;
  }

  get notes(): readonly string[] {
    const did = "--nemesis membership did nothing";
    const { nodeIds } = this.victim;
    if (nodeIds.length === 1) return [`${nodeIds[0]} is the only node: ${did}`];
    if (this.#unable !== undefined) return [`${this.#unable}: ${did}`];
    if (this.#failure === undefined) return [];
    if (this.#acknowledged === 0) {
      return [
        `--nemesis membership asked for ${this.#requests} changes, and none ` +
        `was acknowledged: ${this.#failure}`,
      ];
    }
    const missing = nodeIds.filter((id) => this.#view.get(id) !== "in");
    if (missing.length === 0 || !this.#hadTime) return [];
    return [
      "Not known to be members again when final operations began: " +
      `${missing.join(", ")}: ${this.#failure}`,
    ];
  }

  /** All that may not be members now, or soon. */
  #missing(): string[] {
    return this.victim.nodeIds.filter((id) =>
      this.#view.get(id) !== "in" || this.#doubted.has(id)
    );
  }

  #remove(nodes: readonly string[], tell: Tell, turn: number): void {
    const [node, ...others] = nodes;
    if (node === undefined) return;
    this.#ask("remove_member", node, tell, turn, () => {
      this.#remove(others, tell, turn);
    });
  }

  /** Asks until all are members. */
  #restore(nodes: readonly string[], tell: Tell, turn: number): void {
    const [node, ...others] = nodes;
    if (node === undefined) return;
    this.#ask("add_member", node, tell, turn, (isDone) => {
      if (isDone) return this.#restore(others, tell, turn);
      const again = [...others, node];
      this.victim.after(PAUSE, () => this.#restore(again, tell, turn));
    });
  }

  #ask(
    change: Change,
    node: string,
    tell: Tell,
    turn: number,
    next: (isDone: boolean) => void,
  ): void {
    const isOver = () =>
      this.#isClosed || this.#unable !== undefined || this.#turn !== turn;
    if (isOver()) return;
    const asked = this.#asked.pick(this.victim.nodeIds);
    const before = this.#view.get(node) ?? "in";
    this.#view.set(node, "perhaps");
    this.#requests++;
    this.#isWaiting = true;
    const f = change.replace("_", "-");
    tell(f, { node, asked });
    this.victim.ask(asked, { type: change, node_id: node }, (result) => {
      if (this.#isClosed) return;
      this.#isWaiting = false;
      const ending = endingOf(result, change);
      tell(f, { node, asked }, ending);
      const isDone = ending.ended === "ok";
      if (isDone) {
        this.#acknowledged++;
        this.#failure = undefined;
        this.#view.set(node, change === "add_member" ? "in" : "out");
      } else {
        this.#failure = outcome(asked, change, result);
        if (ending.ended === "fail") this.#view.set(node, before);
        else if (change === "remove_member") this.#doubted.add(node);
        const isUnknown = result.error instanceof RpcError &&
          result.error.code === ErrorCode.notSupported;
        if (isUnknown && this.#acknowledged === 0) {
          this.#unable = `${asked} does not handle ${change}`;
        }
      }
      if (!isOver()) return next(isDone);
      const begin = this.#next;
      this.#next = undefined;
      begin?.();
    });
  }
}

function endingOf(result: RpcResult, change: Change): Ending {
  if (result.error === undefined) {
    const { type } = result.body;
    if (type === `${change}_ok`) return { ended: "ok" };
    return { ended: "info", error: `answered ${type}` };
  }
  const { type, error } = failure(result);
  return { ended: type, error };
}

/** What became of a request that did not succeed, in words. */
function outcome(asked: string, change: Change, result: RpcResult): string {
  const { error } = result;
  if (error === undefined) {
    return `${asked} answered ${change} with ${result.body.type}`;
  }
  const isReply = error instanceof RpcError && error.code !== ErrorCode.timeout;
  return isReply
    ? `${asked} answered ${change} with ${errorTitle(error.code)}: ` +
      error.message
    : error.message;
}

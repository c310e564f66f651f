/**
 * Asking until there is an answer.
 *
 * @module
 */
import { ErrorCode, RpcError } from "./errors.ts";
import { type RpcClient, type RpcOptions } from "./rpc.ts";
import { type Timer } from "./runtime.ts";

/** An answer may still come so long after its request, in ms. */
const LONG = 10_000;
/** The shortest and the longest that answers are taken to need, in ms. */
const MIN_USUAL = 50;
const MAX_USUAL = 2000;
/** A destination that is silent is asked at least so often, in ms. */
const MAX_GAP = 1000;

/**
 * Asks one destination until one of the tries is answered. The next try goes
 * out when answers usually have come, and does not end those before: a lost
 * message costs its own request a little time, and a destination that is slow
 * is only asked more often.
 *
 * The gaps between tries grow, to a second or to what answers usually need: a
 * destination that is dead is asked some 30 times in the first 10 s, and then
 * once a second.
 */
export class Retry {
  #usual = 100;

  constructor(private readonly client: RpcClient) {}

  /** When answers usually have come, in ms: learned from those that came. */
  get usual(): number {
    return this.#usual;
  }

  /**
   * Resolves to the first answer. What is asked must be idempotent.
   *
   * @param request sends one try; it is given how long to wait for the answer
   * @throws {RpcError} a definite error, other than that the destination is
   * unavailable for now
   */
  ask<T>(
    request: (options: RpcOptions) => Promise<T>,
    options: RpcOptions = {},
  ): Promise<T> {
    const { client } = this;
    return new Promise((resolve, reject) => {
      let timer: Timer;
      const attempt = (gap: number) => {
        const start = client.now();
        const settle = (how: () => void) => {
          this.#learn(client.now() - start);
          timer.cancel();
          how();
        };
        timer = client.after(gap, () => {
          const longer = gap * (1 + 0.2 * client.random());
          attempt(Math.min(longer, Math.max(this.#usual, MAX_GAP)));
        });
        request({ timeout: LONG, ...options }).then(
          (value) => settle(() => resolve(value)),
          (error) => {
            if (!mayMend(error)) settle(() => reject(error));
          },
        );
      };
      attempt(this.#usual);
    });
  }

  /** One answer says little: the node was paused, or its clock jumped. */
  #learn(ms: number): void {
    const ample = Math.min(Math.max(3 * ms, MIN_USUAL), MAX_USUAL);
    this.#usual += 0.1 * (ample - this.#usual);
  }
}

/** Whether the next try may be answered otherwise. */
function mayMend(error: unknown): boolean {
  if (!(error instanceof RpcError)) return false;
  return !error.definite || error.code === ErrorCode.temporarilyUnavailable;
}

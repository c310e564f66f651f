/**
 * The protocol's errors.
 *
 * @module
 */

/**
 * The protocol's error codes by name.
 * https://github.com/jepsen-io/maelstrom/blob/main/resources/errors.edn
 * `notAMember` is that of https://github.com/jepsen-io/maelstrom/pull/101: who is
 * asked does not belong to those that serve clients.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ErrorCode, RpcError } from "@gossip-glomers/maelstrom";
 *
 * const error = new RpcError(ErrorCode.abort, "another writer was first");
 * assert.equal(error.code, 14);
 * ```
 */
export const ErrorCode = {
  timeout: 0,
  nodeNotFound: 1,
  notSupported: 10,
  temporarilyUnavailable: 11,
  malformedRequest: 12,
  crash: 13,
  abort: 14,
  keyDoesNotExist: 20,
  keyAlreadyExists: 21,
  preconditionFailed: 22,
  txnConflict: 30,
  notAMember: 40,
} as const;

/** Those that leave open whether the operation happened, or will. */
const indefinite: readonly number[] = [ErrorCode.timeout, ErrorCode.crash];

const namesOfErrors = new Map<number, string>(
  Object.entries(ErrorCode).map(([name, code]) => [
    code,
    name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  ]),
);

/**
 * What the protocol calls an error, such as `txn-conflict`, if it knows it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ErrorCode, errorName } from "@gossip-glomers/maelstrom";
 *
 * assert.equal(errorName(ErrorCode.txnConflict), "txn-conflict");
 * assert.equal(errorName(1000), undefined); // a program's own
 * ```
 */
export function errorName(code: number): string | undefined {
  return namesOfErrors.get(code);
}

/**
 * An error of the protocol: what a request was, or is to be, answered with.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ErrorCode, RpcError } from "@gossip-glomers/maelstrom";
 *
 * const full = new RpcError(ErrorCode.temporarilyUnavailable, "queue is full");
 * assert.ok(full.definite); // it did not happen
 * const silence = new RpcError(ErrorCode.timeout, "no reply within 1000 ms");
 * assert.ok(!silence.definite); // it may have, and may still
 * ```
 */
export class RpcError extends Error {
  /** "RpcError". */
  override readonly name = "RpcError";

  /**
   * An error to answer with.
   *
   * @param code one of {@linkcode ErrorCode}, or a code of your own, >= 1000
   */
  constructor(readonly code: number, text: string) {
    super(text);
  }

  /** Whether it is one, also of another copy of this library. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "RpcError" &&
      "code" in value && typeof value.code === "number";
  }

  /** Whether the operation certainly did not happen and never will. */
  get definite(): boolean {
    return namesOfErrors.has(this.code) && !indefinite.includes(this.code);
  }
}

/**
 * Whether something thrown is an {@linkcode RpcError} with this code.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ErrorCode, isCode, RpcError } from "@gossip-glomers/maelstrom";
 *
 * const error: unknown = new RpcError(20, "no such key");
 * assert.ok(isCode(error, ErrorCode.keyDoesNotExist));
 * assert.ok(!isCode(new TypeError("a bug"), ErrorCode.keyDoesNotExist));
 * ```
 */
export function isCode(error: unknown, code: number): boolean {
  return error instanceof RpcError && error.code === code;
}

/** What somebody threw, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

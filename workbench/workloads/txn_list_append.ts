import { workloads } from "../../lib/maelstrom.ts";
import { checkListAppend } from "../checkers/txn/list_append.ts";
import { transactions, txnFlags } from "./parts/transactions.ts";
import { workload } from "./workload.ts";

const { txn } = workloads["txn-list-append"];

/** `txn-list-append`: transactions that read lists and append to them. */
export const txnListAppend = workload({
  name: "txn-list-append",
  clients: "perform transactions of 1 to `--max-txn-length` operations on " +
    "`--key-count` keys, each key twice as popular as the one before; a key " +
    "is replaced after `--max-writes-per-key` writes",
  checked: "[transactions](workbench.md#transactions)",
  rpcs: [{
    message: txn,
    about: "Performs a transaction: " +
      '`["r", key, null]` reads a list, `["append", key, element]` extends it' +
      ". The reply has " +
      "the same operations, with what was read instead of `null`.",
  }],
  flags: txnFlags,
  create: (options) => transactions(txn, "append", checkListAppend, options),
});

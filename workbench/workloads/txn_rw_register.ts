import { workloads } from "../../lib/maelstrom.ts";
import { checkRwRegister } from "../checkers/txn/rw_register.ts";
import { transactions, txnFlags } from "./parts/transactions.ts";
import { workload } from "./workload.ts";

const { txn } = workloads["txn-rw-register"];

/** `txn-rw-register`: transactions that read and write registers. */
export const txnRwRegister = workload({
  name: "txn-rw-register",
  clients: "perform transactions of 1 to `--max-txn-length` operations on " +
    "`--key-count` keys, each key twice as popular as the one before; a key " +
    "is replaced after `--max-writes-per-key` writes",
  checked: "[transactions](workbench.md#transactions)",
  rpcs: [{
    message: txn,
    about: "Performs a transaction: " +
      '`["r", key, null]` reads a register, `["w", key, value]` writes it' +
      ". The reply has " +
      "the same operations, with what was read instead of `null`.",
  }],
  flags: txnFlags,
  create: (options) => transactions(txn, "w", checkRwRegister, options),
});

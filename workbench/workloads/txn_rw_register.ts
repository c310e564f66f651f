import { workloads } from "../../lib/maelstrom.ts";
import { checkRwRegister } from "../checkers/txn/rw_register.ts";
import {
  aboutTxn,
  transactions,
  txnClients,
  txnFlags,
} from "./parts/transactions.ts";
import { workload } from "./workload.ts";

const { txn } = workloads["txn-rw-register"];

/** `txn-rw-register`: transactions that read and write registers. */
export const txnRwRegister = workload({
  name: "txn-rw-register",
  clients: txnClients,
  checked: "[transactions](workbench.md#transactions)",
  rpcs: [{
    message: txn,
    about: aboutTxn(
      '`["r", key, null]` reads a register, `["w", key, value]` writes it',
    ),
  }],
  flags: txnFlags,
  create: (options) => transactions(txn, "w", checkRwRegister, options),
});

import { workloads } from "../../lib/maelstrom.ts";
import { checkListAppend } from "../checkers/txn/list_append.ts";
import {
  aboutTxn,
  transactions,
  txnClients,
  txnFlags,
} from "./parts/transactions.ts";
import { workload } from "./workload.ts";

const { txn } = workloads["txn-list-append"];

/** `txn-list-append`: transactions that read lists and append to them. */
export const txnListAppend = workload({
  name: "txn-list-append",
  clients: txnClients,
  checked: "[transactions](workbench.md#transactions)",
  rpcs: [{
    message: txn,
    about: aboutTxn(
      '`["r", key, null]` reads a list, `["append", key, element]` extends it',
    ),
  }],
  flags: txnFlags,
  create: (options) => transactions(txn, "append", checkListAppend, options),
});

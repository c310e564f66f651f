import { broadcast } from "./broadcast.ts";
import { echo } from "./echo.ts";
import { gCounter } from "./g_counter.ts";
import { gSet } from "./g_set.ts";
import { kafka } from "./kafka.ts";
import { linKv } from "./lin_kv.ts";
import { pnCounter } from "./pn_counter.ts";
import { txnListAppend } from "./txn_list_append.ts";
import { txnRwRegister } from "./txn_rw_register.ts";
import { uniqueIds } from "./unique_ids.ts";
import { type Workload } from "./workload.ts";

/** Maelstrom's workloads, by their names on the command line. */
export const workloadSpecs: Readonly<Record<string, Workload>> = {
  "broadcast": broadcast,
  "echo": echo,
  "g-counter": gCounter,
  "g-set": gSet,
  "kafka": kafka,
  "lin-kv": linKv,
  "pn-counter": pnCounter,
  "txn-list-append": txnListAppend,
  "txn-rw-register": txnRwRegister,
  "unique-ids": uniqueIds,
};

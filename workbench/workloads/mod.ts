import { type WorkloadOptions, type WorkloadSpec } from "./workload.ts";
import { gCounter, pnCounter } from "./counters.ts";
import { echo } from "./echo.ts";
import { kafka } from "./kafka.ts";
import { linKv } from "./lin_kv.ts";
import { broadcast, gSet } from "./sets.ts";
import { txnListAppend, txnRwRegister } from "./txn.ts";
import { uniqueIds } from "./unique_ids.ts";

/** The workloads by their names on the command line. */
export const workloadSpecs: Record<
  string,
  (options: WorkloadOptions) => WorkloadSpec
> = {
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

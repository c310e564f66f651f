/**
 * Each workload's own picture.
 *
 * @module
 */
import { type ComponentChildren } from "preact";
import { type TabProps } from "../tabs.tsx";
import { Counters } from "./counters.tsx";
import { Echoes } from "./echo.tsx";
import { Ids } from "./ids.tsx";
import { Values } from "./values.tsx";
import { KafkaPicture } from "./kafka.tsx";
import { LinKvPicture } from "./lin_kv.tsx";
import { TransactionsPicture } from "./transactions.tsx";

export interface WorkloadPicture {
  readonly title: string;
  Picture(props: TabProps): ComponentChildren;
}

const registers = { title: "Registers", Picture: LinKvPicture };
const objects = { title: "Order", Picture: LinKvPicture };
const cycles = { title: "Cycles", Picture: TransactionsPicture };

/** By the names of workloads, and of models that histories are checked by. */
export const pictures: Readonly<Record<string, WorkloadPicture>> = {
  "echo": { title: "Echoes", Picture: Echoes },
  "unique-ids": { title: "Ids", Picture: Ids },
  "broadcast": { title: "Values", Picture: Values },
  "g-set": { title: "Values", Picture: Values },
  "g-counter": { title: "Sums", Picture: Counters },
  "pn-counter": { title: "Sums", Picture: Counters },
  "kafka": { title: "Logs", Picture: KafkaPicture },
  "lin-kv": registers,
  "txn-list-append": cycles,
  "txn-rw-register": cycles,
  "set": { title: "Values", Picture: Values },
  "set-full": { title: "Values", Picture: Values },
  "counter": { title: "Sums", Picture: Counters },
  "register": registers,
  "cas-register": registers,
  "multi-register": objects,
  "mutex": objects,
  "owner-aware-mutex": objects,
  "reentrant-mutex": objects,
  "fenced-mutex": objects,
  "reentrant-fenced-mutex": objects,
  "semaphore": objects,
  "linearizable-set": objects,
  "fifo-queue": objects,
  "unordered-queue": objects,
  "stack": objects,
  "kv": objects,
  "list-append": cycles,
  "rw-register": cycles,
};

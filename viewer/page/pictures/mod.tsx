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

export const pictures: Readonly<Record<string, WorkloadPicture>> = {
  "echo": { title: "Echoes", Picture: Echoes },
  "unique-ids": { title: "Ids", Picture: Ids },
  "broadcast": { title: "Values", Picture: Values },
  "g-set": { title: "Values", Picture: Values },
  "g-counter": { title: "Sums", Picture: Counters },
  "pn-counter": { title: "Sums", Picture: Counters },
  "kafka": { title: "Logs", Picture: KafkaPicture },
  "lin-kv": { title: "Registers", Picture: LinKvPicture },
  "txn-list-append": { title: "Cycles", Picture: TransactionsPicture },
  "txn-rw-register": { title: "Cycles", Picture: TransactionsPicture },
};

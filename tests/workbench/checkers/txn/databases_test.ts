import assert from "node:assert/strict";
import { checkListAppend } from "../../../../workbench/checkers/txn/list_append.ts";
import { checkRwRegister } from "../../../../workbench/checkers/txn/rw_register.ts";
import { type Isolation, runDatabase } from "../../../support/txn_database.ts";

const checkers = { w: checkRwRegister, append: checkListAppend } as const;

interface Database {
  readonly isolation: Isolation;
  readonly write: keyof typeof checkers;
  /** The strongest model that holds, and a weak one that does not. */
  readonly keeps?: string;
  readonly breaks?: string;
}

const databases: readonly Database[] = (["w", "append"] as const).flatMap(
  (write): Database[] => [
    { isolation: "strict-serializable", write, keeps: "strict-serializable" },
    {
      isolation: "serializable",
      write,
      keeps: "serializable",
      breaks: "strong-session-snapshot-isolation",
    },
    {
      isolation: "snapshot-isolation",
      write,
      keeps: "strong-snapshot-isolation",
      breaks: "repeatable-read",
    },
    {
      isolation: "read-committed",
      write,
      // Lists show more: a read of one's own append, before the commit, is of
      // a list that never was.
      keeps: write === "w" ? "read-committed" : undefined,
      breaks: "cursor-stability",
    },
    { isolation: "none", write, breaks: "read-committed" },
  ],
);

for (const { isolation, write, keeps, breaks } of databases) {
  Deno.test(`txn checkers: a database that is ${isolation}, ${write}`, () => {
    for (let seed = 0; seed < 5; seed++) {
      const history = runDatabase({
        isolation,
        write,
        seed: `${seed}`,
        count: 3000,
        processes: 10,
        keyCount: 4,
        failing: 0.05,
        unknown: 0.02,
      });
      const check = (model: string) =>
        checkers[write](history, { consistencyModels: [model] });
      if (keeps !== undefined) {
        const { valid, explanation } = check(keeps);
        assert.equal(valid, true, `seed ${seed}: ${explanation?.join("\n")}`);
      }
      if (breaks !== undefined) {
        assert.equal(check(breaks).valid, false, `seed ${seed}`);
      }
    }
  });
}

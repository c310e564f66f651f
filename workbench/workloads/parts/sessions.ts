import { type Flag, toggle } from "../../cli/flags.ts";

/** A flag of workloads whose clients may be promised more than convergence. */
export const sessionFlags = {
  "check-sessions": {
    ...toggle(
      "clients must see what they wrote and saw",
      "[promises](workbench.md#what-each-promise-implies)",
    ),
    besides: "transactions have --consistency-models such as PRAM",
  } satisfies Flag<boolean>,
};

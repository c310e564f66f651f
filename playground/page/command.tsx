/**
 * How the run is repeated outside of the page: the same journal, byte by byte.
 *
 * @module
 */
import { basename, resolve } from "pathe";
import { useEffect, useState } from "preact/hooks";
import { commandFor } from "../../workbench/cli/run_flags.ts";
import { shortHash } from "../../workbench/search/verdict.ts";
import { moved } from "../run/moved.ts";
import { type Plan, programOf, runOf, STEPS_FILE } from "../run/plan.ts";
import { type ProgramSource } from "../run/protocol.ts";
import { save } from "./save.ts";
import { JobCancelled, JobFailed, Runner } from "./worker.ts";

/** The page has time for the hash once nobody has turned a dial for so long, in ms. */
const REST = 400;

/** The hash is of a run of its own: it would hold up the picture. */
export function Command({ plan, source }: {
  readonly plan: Plan;
  readonly source: ProgramSource;
}) {
  const [hashed, setHashed] = useState<{ plan: Plan; hash?: string }>();
  useEffect(() => {
    const runner = new Runner();
    const timer = setTimeout(async () => {
      try {
        const job = { run: runOf(plan), source, want: "hash" } as const;
        const { verdict } = await runner.run(job);
        setHashed({ plan, hash: shortHash(verdict) });
      } catch (error) {
        // The run itself has told what is wrong.
        if (error instanceof JobCancelled || error instanceof JobFailed) return;
        throw error;
      }
    }, REST);
    return () => {
      clearTimeout(timer);
      runner.close();
    };
  }, [plan, source]);
  return (
    <CommandLine
      plan={plan}
      hash={hashed?.plan === plan ? hashed.hash : undefined}
    />
  );
}

/** @param hash of the run's journal, once it is known */
export function CommandLine({ plan, hash }: {
  readonly plan: Plan;
  readonly hash: string | undefined;
}) {
  const [copied, setCopied] = useState("");
  const path = programOf(plan.run);
  const edited = plan.edits[path];
  // The project's own stays as it is.
  const own = edited === undefined ? path : `mine/${basename(path)}`;
  const command = commandFor({
    ...runOf(plan),
    program: resolve(own),
    journalHash: hash,
  });
  return (
    <section class="command" aria-label="The command that repeats this run">
      <code>{command}</code>
      <button
        type="button"
        class="link"
        onClick={async () => {
          await navigator.clipboard.writeText(command);
          setCopied(command);
        }}
      >
        {copied === command ? "copied" : "copy"}
      </button>
      {(edited !== undefined || plan.steps.length > 0) && (
        <p>
          {"With "}
          {edited !== undefined && (
            <>
              your program saved as{" "}
              <button
                type="button"
                class="link"
                onClick={() => save(basename(path), moved(edited, path, own))}
              >
                {own}
              </button>
            </>
          )}
          {edited !== undefined && plan.steps.length > 0 && ", and "}
          {plan.steps.length > 0 && (
            <>
              what was done by hand saved as {STEPS_FILE}
            </>
          )}
          .
        </p>
      )}
    </section>
  );
}

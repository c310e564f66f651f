/**
 * The verdict: in a word, in figures, and in sentences that lead to what they
 * speak of.
 *
 * @module
 */
import { type ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import {
  type Finding,
  type RunDocument,
  type Standard,
} from "../run/document.ts";
import { type Actions } from "./viewer.tsx";

export function Head({ run }: { readonly run: RunDocument }) {
  const { valid, workload, nodes, figures } = run;
  const word = valid === true ? "Valid" : valid ? "Unknown" : "Invalid";
  return (
    <header
      class={`head ${word.toLowerCase()}`}
    >
      <h1>
        <span class="word">{word}</span>: {workload}
        {nodes.length === 0
          ? ""
          : `, ${nodes.length} node${nodes.length === 1 ? "" : "s"}`}
      </h1>
      <div class="figures">
        {figures.map(({ name, value, unit, beside }) => (
          <span key={name}>
            {name} <b>{value.toFixed(unit === "ms" ? 0 : 2)} {unit}</b>
            {beside.map((it) => (
              <Held key={it.challenge} value={value} against={it} />
            ))}
          </span>
        ))}
      </div>
    </header>
  );
}

/** What fly.io asks for, and what others reached. */
function Held({ value, against: { challenge, asked, best } }: {
  readonly value: number;
  readonly against: Standard;
}) {
  const isMissed = asked !== undefined && !(value < asked);
  const words = [
    ...asked === undefined
      ? []
      : [`below ${asked}${isMissed ? ", missed" : ""}`],
    ...best === undefined ? [] : [`best published ${best}`],
  ];
  return (
    <span class={isMissed ? "wrong" : undefined}>
      {` (${challenge}: ${words.join("; ")})`}
    </span>
  );
}

export function Findings({ run, at, go, actions }: {
  readonly run: RunDocument;
  readonly at: number;
  readonly go: (at: number) => void;
  readonly actions: Actions;
}) {
  const { findings } = run;
  const finding: Finding | undefined = findings[at];
  if (finding === undefined) return null;
  return (
    <section class="findings" aria-labelledby="found">
      <h2 id="found" class="unseen">What was found</h2>
      <Short key={at}>
        {finding.type && !finding.text.includes(finding.type) && (
          <>
            <span class="type">{finding.type}.</span>
            {" "}
          </>
        )}
        <Linked text={finding.text} run={run} actions={actions} />
      </Short>
      {findings.length > 1 && (
        <div class="pager">
          <button
            type="button"
            aria-label="Previous finding"
            onClick={() => go((at + findings.length - 1) % findings.length)}
          >
            ‹
          </button>
          <span role="status">{at + 1} of {findings.length}</span>
          <button
            type="button"
            aria-label="Next finding"
            onClick={() => go((at + 1) % findings.length)}
          >
            ›
          </button>
        </div>
      )}
    </section>
  );
}

/** A paragraph; on a narrow screen its first lines, and the rest when asked. */
function Short({ children }: { readonly children: ComponentChildren }) {
  const ref = useRef<HTMLParagraphElement>(null);
  const [isOpen, open] = useState(false);
  const [isCut, cut] = useState(false);
  useEffect(() => {
    const paragraph = ref.current;
    if (paragraph === null) return;
    const observer = new ResizeObserver(() =>
      cut(paragraph.scrollHeight > paragraph.clientHeight + 1)
    );
    observer.observe(paragraph);
    return () => observer.disconnect();
  }, []);
  return (
    <div class="short">
      <p ref={ref} class={isOpen ? "open" : undefined}>{children}</p>
      {(isCut || isOpen) && (
        <button
          type="button"
          class="link"
          aria-expanded={isOpen}
          onClick={() => open(!isOpen)}
        >
          {isOpen ? "less" : "more"}
        </button>
      )}
    </div>
  );
}

/** A number stays in its unit's line. */
const bound = (text: string) => text.replaceAll(/(\d) (m?s)\b/g, "$1\u00a0$2");

/** A sentence whose operations are links. */
export function Linked({ text, run, actions }: {
  readonly text: string;
  readonly run: RunDocument;
  readonly actions: Actions;
}) {
  const parts = bound(text).split(/(\b[Oo]p \d+\b)/);
  return parts.map((part, i) => {
    const [, index] = /^[Oo]p (\d+)$/.exec(part) ?? [];
    const at = index === undefined ? -1 : operationAt(run, Number(index));
    if (at < 0) return part;
    return (
      <button
        key={i}
        type="button"
        class="link"
        onClick={() => actions.show({ kind: "operation", at })}
      >
        {part}
      </button>
    );
  });
}

/** The operation that an event of the history begins or ends. */
function operationAt({ operations }: RunDocument, index: number): number {
  return operations.findIndex((it) =>
    it.index === index || it.completed === index
  );
}

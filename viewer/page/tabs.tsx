/**
 * What stands below the diagram: the workload's own picture, plots, tables.
 *
 * @module
 */
import { type ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type RunDocument } from "../run/document.ts";
import { type View } from "../scene/view.ts";
import { pictures } from "./pictures/mod.tsx";
import { Latency } from "./plots/latency.tsx";
import { Load } from "./plots/load.tsx";
import { Rate } from "./plots/rate.tsx";
import { FindingList } from "./tables/findings.tsx";
import { MessageTable } from "./tables/messages.tsx";
import { Operations } from "./tables/operations.tsx";
import { Settings } from "./tables/settings.tsx";
import { usePrinting } from "./theme.ts";
import { type Actions } from "./viewer.tsx";
import { count } from "./words.ts";

/** What a tab is given. */
export interface TabProps {
  readonly run: RunDocument;
  readonly view: View;
  readonly actions: Actions;
}

interface Tab {
  readonly name: string;
  /** How much there is. */
  readonly count?: number;
  /** Of more lines than anybody would print. */
  readonly isLong?: boolean;
  /** Keeps its own distances. */
  readonly isOwn?: boolean;
  readonly Content: (props: TabProps) => ComponentChildren;
}

/** One after the other on paper. */
export function Tabs(props: TabProps) {
  const { run } = props;
  const [at, go] = useState(0);
  const isPrinting = usePrinting();
  const isSeen = useFirstFrame();
  const list = useRef<HTMLDivElement>(null);
  const tabs = tabsOf(run);
  const press = (event: KeyboardEvent) => {
    const to = {
      ArrowLeft: (at + tabs.length - 1) % tabs.length,
      ArrowRight: (at + 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    // Else the diagram would move, too.
    event.stopPropagation();
    go(to);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[to]?.focus();
  };
  if (isPrinting) {
    return tabs.map(({ name, isLong, isOwn, Content }) =>
      !isLong && (
        <section key={name} class={isOwn ? "tab" : "tab stack"}>
          <h2>{name}</h2>
          <Content {...props} />
        </section>
      )
    );
  }
  return (
    <section aria-label="Pictures and tables">
      <div
        ref={list}
        class="tabs"
        role="tablist"
        aria-label="Pictures and tables"
        onKeyDown={press}
      >
        {tabs.map(({ name, count: n }, i) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${i}`}
            aria-controls={`panel-${i}`}
            aria-selected={i === at}
            tabIndex={i === at ? 0 : -1}
            onClick={() => go(i)}
          >
            {name}
            {n !== undefined && <span class="count">{` ${count(n)}`}</span>}
          </button>
        ))}
      </div>
      {tabs.map(({ name, isOwn, Content }, i) => (
        <div
          key={name}
          class={isOwn ? "tab" : "tab stack"}
          role="tabpanel"
          id={`panel-${i}`}
          aria-labelledby={`tab-${i}`}
          hidden={i !== at}
          tabIndex={0}
        >
          {i === at &&
            (isSeen ? <Content {...props} /> : <p class="grey">Drawing …</p>)}
        </div>
      ))}
    </section>
  );
}

/** The diagram is measured in one frame, and drawn in the next. */
const FIRST_FRAMES = 3;

/** Whether the diagram has been seen: what takes long waits for that. */
function useFirstFrame(): boolean {
  const [isSeen, see] = useState(false);
  useEffect(() => {
    let frame = 0;
    const wait = (frames: number) => {
      frame = requestAnimationFrame(() => {
        if (frames > 1) wait(frames - 1);
        // A frame's callbacks come before it is painted, a task after it.
        else setTimeout(() => see(true));
      });
    };
    wait(FIRST_FRAMES);
    return () => cancelAnimationFrame(frame);
  }, []);
  return isSeen;
}

function tabsOf({ workload, operations, messages, findings }: RunDocument) {
  const own = pictures[workload];
  const tabs: Tab[] = [
    ...own ? [{ name: own.title, isOwn: true, Content: own.Picture }] : [],
    { name: "Latency", Content: Latency },
    { name: "Rate", Content: Rate },
    { name: "Load by node", Content: Load },
    ...findings.length > 0
      ? [{ name: "Findings", count: findings.length, Content: FindingList }]
      : [],
    {
      name: "Operations",
      count: operations.length,
      isLong: true,
      Content: Operations,
    },
    {
      name: "Messages",
      count: messages?.count ?? 0,
      isLong: true,
      Content: MessageTable,
    },
    { name: "Settings", Content: Settings },
  ];
  return tabs;
}

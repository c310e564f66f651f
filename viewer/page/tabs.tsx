/**
 * What stands below the diagram: the workload's own picture, plots, tables.
 *
 * @module
 */
import { useState } from "preact/hooks";
import { type ComponentChildren } from "preact";
import { type RunDocument } from "../run/document.ts";
import { type View } from "../scene/view.ts";
import { pictures } from "./pictures/mod.tsx";
import { type Actions } from "./viewer.tsx";

/** What a tab is given. */
export interface TabProps {
  readonly run: RunDocument;
  readonly view: View;
  readonly actions: Actions;
}

interface Tab {
  readonly name: string;
  show(props: TabProps): ComponentChildren;
}

export function Tabs(props: TabProps) {
  const [at, go] = useState(0);
  const own = pictures[props.run.workload];
  const tabs: Tab[] = [
    ...own ? [{ name: own.title, show: own.Picture }] : [],
    { name: "Operations", show: Operations },
    { name: "Settings", show: Settings },
  ];
  const { show: Shown } = tabs[at];
  return (
    <>
      <div class="tabs" role="tablist">
        {tabs.map(({ name }, i) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={i === at}
            onClick={() => go(i)}
          >
            {name}
          </button>
        ))}
      </div>
      <div class="tab" role="tabpanel">
        <Shown {...props} />
      </div>
    </>
  );
}

const MAX_ROWS = 200;

/** Those in sight. */
function Operations({ run, view, actions }: TabProps) {
  const rows = run.operations.flatMap((operation, at) =>
    operation.start <= view.end &&
      (operation.end ?? run.duration) >= view.start
      ? [{ ...operation, at }]
      : []
  );
  return (
    <table>
      <thead>
        <tr>
          <th>at</th>
          <th>took</th>
          <th>node</th>
          <th>operation</th>
          <th>ended</th>
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, MAX_ROWS).map((it) => (
          <tr key={it.at}>
            <td>{(it.start / 1000).toFixed(3)} s</td>
            <td>
              {it.end === undefined
                ? ""
                : `${(it.end - it.start).toFixed(1)} ms`}
            </td>
            <td>{it.node}</td>
            <td>
              <button
                type="button"
                class="link"
                onClick={() => actions.show({ kind: "operation", at: it.at })}
              >
                {it.f}
              </button>{" "}
              {JSON.stringify(it.value ?? it.result)?.slice(0, 120)}
            </td>
            <td>{it.type}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Settings({ run }: TabProps) {
  return (
    <>
      {run.command && <pre>{run.command}</pre>}
      <table style="margin-top: 12px">
        <tbody>
          {run.settings.map(({ name, value }) => (
            <tr key={name}>
              <th>{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {run.notes.map((note) => <p key={note}>{note}</p>)}
      <Files names={run.files ?? []} />
    </>
  );
}

/** What lies beside the page, as long as the page is in its folder. */
function Files({ names }: { readonly names: readonly string[] }) {
  if (names.length === 0) return null;
  const address = (name: string) =>
    name.split("/").map(encodeURIComponent).join("/");
  return (
    <>
      <h2 style="margin-top: 12px">In the folder of the run</h2>
      <ul>
        {names.map((name) => (
          <li key={name}>
            <a class="link" href={`./${address(name)}`}>{name}</a>
          </li>
        ))}
      </ul>
    </>
  );
}

/**
 * The lab's list: all runs of a store, newest first.
 *
 * @module
 */
import { render } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { type ListedRun, type Listing } from "../run/listing.ts";
import { changesOf } from "./changes.ts";
import { OneOf } from "./one_of.tsx";
import { type Kind, kindOf, kinds, type Search, shown } from "./runs_filter.ts";

/** How often the server is asked whether there is more, in ms. */
const INTERVAL = 2000;
/** Rows that are shown at first, and that are added. */
const ROWS = 200;

const token = document.querySelector<HTMLMetaElement>('meta[name="token"]')
  ?.content ?? "";

function Runs() {
  const [listing, setListing] = useState<Listing>();
  const [trouble, setTrouble] = useState("");
  const [search, setSearch] = useState<Search>({
    ...{ text: "", kind: "all", workload: "all" },
  });
  const [most, setMost] = useState(ROWS);
  const [doomed, doom] = useState<string>();
  const [turn, next] = useState(0);
  const reload = useCallback(() => next((it) => it + 1), []);

  useEffect(() => {
    const changed = changesOf<Listing>("/runs");
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const ask = async () => {
      let wait = INTERVAL;
      try {
        if (!document.hidden) {
          const listing = await changed();
          if (isOver) return;
          if (listing !== undefined) setListing(listing);
          if (listing?.runs.some(({ state }) => state === "unread")) wait = 0;
          setTrouble("");
        }
      } catch {
        setTrouble(
          "The lab does not answer any more: it may have been ended. " +
            "The list is as it was.",
        );
      }
      if (!isOver) timer = setTimeout(ask, wait);
    };
    const wake = () => {
      if (document.hidden) return;
      clearTimeout(timer);
      ask();
    };
    document.addEventListener("visibilitychange", wake);
    ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", wake);
    };
  }, [turn]);

  const remove = async (id: string) => {
    doom(undefined);
    try {
      const response = await fetch("/delete", {
        method: "POST",
        headers: { "X-Token": token },
        body: id,
      });
      setTrouble(response.ok ? "" : await response.text());
    } catch {
      setTrouble("The lab does not answer: nothing was deleted.");
    }
    reload();
  };

  const runs = useMemo(() => listing?.runs ?? [], [listing]);
  const found = useMemo(() => shown(runs, search), [runs, search]);
  const workloads = useMemo(
    () => [...new Set(runs.map(({ workload }) => workload))].toSorted(),
    [runs],
  );
  if (listing === undefined) {
    return <p class="loading">{trouble || "Reading the runs …"}</p>;
  }
  const counts = new Map(
    kinds.map((kind) => [
      kind,
      runs.filter((run) => kindOf(run) === kind).length,
    ]),
  );
  return (
    <>
      <header class="head">
        <h1>Runs</h1>
        <div class="figures">
          <a href="/playground/#lesson">Lessons</a>
          <a href="/playground/">Playground</a>
          <span>
            {runs.length} in <b>{listing.store}</b>
          </span>
          {kinds.filter((kind) => (counts.get(kind) ?? 0) > 0).map((kind) => (
            <span key={kind}>
              <b>{counts.get(kind)}</b> {kind}
            </span>
          ))}
        </div>
      </header>
      <div class="bar">
        <label>
          Filter{" "}
          <input
            type="search"
            placeholder="workload, seed, fault, text"
            value={search.text}
            onInput={(event) =>
              setSearch({ ...search, text: event.currentTarget.value })}
          />
        </label>
        <OneOf
          label="Which verdict"
          now={search.kind}
          choose={(kind) => setSearch({ ...search, kind })}
          all={(["all", "invalid", "valid", "unknown"] as const).map((kind) =>
            [kind, kind] as const
          )}
        />
        <label>
          Workload{" "}
          <select
            value={search.workload}
            onInput={(event) =>
              setSearch({ ...search, workload: event.currentTarget.value })}
          >
            <option value="all">all</option>
            {workloads.map((it) => <option key={it}>{it}</option>)}
          </select>
        </label>
        <span class="grey" aria-live="polite">
          {found.length === runs.length
            ? ""
            : `${found.length} of ${runs.length} shown`}
        </span>
      </div>
      {trouble !== "" && <p class="trouble" role="alert">{trouble}</p>}
      {found.length === 0
        ? <Nothing isEmpty={runs.length === 0} />
        : (
          <table class="runs">
            <thead>
              <tr>
                <th>verdict</th>
                <th>workload</th>
                <th class="number">nodes</th>
                <th>faults</th>
                <th class="number">msgs/op</th>
                <th class="number">median, ms</th>
                <th class="number">max, ms</th>
                <th>began</th>
                <th>seed</th>
                <th>what was found</th>
                <th>
                  <span class="unseen">delete</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {found.slice(0, most).map((run) => (
                <Row
                  key={run.id}
                  run={run}
                  isDoomed={doomed === run.id}
                  doom={doom}
                  remove={remove}
                />
              ))}
            </tbody>
          </table>
        )}
      {found.length > most && (
        <button
          type="button"
          class="link more"
          onClick={() => setMost(most + ROWS)}
        >
          Show {Math.min(ROWS, found.length - most)} more of{" "}
          {found.length - most}
        </button>
      )}
    </>
  );
}

function Nothing({ isEmpty }: { readonly isEmpty: boolean }) {
  return (
    <div class="broken">
      <h2>{isEmpty ? "There are no runs yet." : "No run is like that."}</h2>
      <p>
        {isEmpty
          ? (
            <>
              <code>./run.sh 3c</code> makes one, and it appears here by itself.
            </>
          )
          : "Change the filter."}
      </p>
    </div>
  );
}

const marks: Readonly<Record<Kind, string>> = {
  ...{ valid: "✓", invalid: "✗", unknown: "?" },
  ...{ "under way": "…", damaged: "!" },
};

function Row({ run, isDoomed, doom, remove }: {
  readonly run: ListedRun;
  readonly isDoomed: boolean;
  readonly doom: (id: string | undefined) => void;
  readonly remove: (id: string) => void;
}) {
  const kind = kindOf(run);
  const { id, workload, nodes, date, seed, told, state } = run;
  const address = id.split("/").map(encodeURIComponent).join("/");
  const name = `${workload}, ${date ?? id}`;
  return (
    <tr>
      <td class={`word ${kind.replace(" ", "-")}`}>
        {state === "unread" ? "…" : `${marks[kind]} ${kind}`}
      </td>
      <td class="name">
        {state === "judged"
          ? (
            <a
              class="link"
              href={`/runs/${address}/report.html`}
              title={`The report of ${name}`}
            >
              {workload}
            </a>
          )
          : workload}
        {run.author === "jepsen" && <span class="grey">, by Jepsen</span>}
      </td>
      <td class="number" data-unit="nodes">{nodes}</td>
      <td>{run.nemesis}</td>
      <td class="number" data-unit="msgs/op">{run.msgsPerOp?.toFixed(2)}</td>
      <td class="number" data-unit="ms median">{inMs(run.median)}</td>
      <td class="number" data-unit="ms max">{inMs(run.max)}</td>
      <td class="when">
        {date === undefined ? id.split("/")[1] : <When date={date} />}
      </td>
      <td class="seed">{seed}</td>
      <td class="told">{told}</td>
      <td class="delete">
        {isDoomed
          ? (
            <>
              <button
                type="button"
                class="link wrong"
                onClick={() => remove(id)}
              >
                Delete for good
              </button>{" "}
              <button
                type="button"
                class="link"
                ref={(it) => it?.focus()}
                onClick={() => doom(undefined)}
              >
                Keep
              </button>
            </>
          )
          : (
            <button
              type="button"
              class="link"
              aria-label={`Delete ${name}`}
              onClick={() => doom(id)}
            >
              Delete
            </button>
          )}
      </td>
    </tr>
  );
}

const inMs = (time?: number) => time?.toFixed(time < 10 ? 1 : 0);

function When({ date }: { readonly date: string }) {
  const at = new Date(date);
  const two = (n: number) => `${n}`.padStart(2, "0");
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())];
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two);
  return <time dateTime={date}>{`${day.join("-")} ${time.join(":")}`}</time>;
}

const page = document.getElementById("page");
if (page !== null) {
  page.replaceChildren();
  render(<Runs />, page);
}

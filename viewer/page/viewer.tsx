/**
 * The whole page around one run.
 *
 * @module
 */
import { type ComponentChildren, Fragment } from "preact";
import {
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "preact/hooks";
import { namedIn } from "../measures/rows.ts";
import { type RunDocument } from "../run/document.ts";
import { type Lighting, litBy } from "../scene/lighting.ts";
import { operationOf, timesOf, windowOf } from "../scene/opening.ts";
import { addressOf, type Place, placeOf } from "../scene/place.ts";
import { type Scene, sceneOf, type Selection } from "../scene/scene.ts";
import { alongChain, alongLane } from "../scene/steps.ts";
import { around, pan, type View, whole, zoom } from "../scene/view.ts";
import { Diagram } from "./diagram.tsx";
import { shownBy } from "./filter.ts";
import { Keys } from "./keys.tsx";
import { Minimap } from "./minimap.tsx";
import { OneOf } from "./one_of.tsx";
import { Panel } from "./panel.tsx";
import { type Playhead } from "./playhead.ts";
import { Tabs } from "./tabs.tsx";
import { Findings, Head } from "./verdict.tsx";

/** What the parts of the page can do. */
export interface Actions {
  look(view: View): void;
  select(selection: Selection | undefined): void;
  /** Chooses something, and brings it into view. */
  show(selection: Selection): void;
  /**
   * Lights the way of a value.
   *
   * @param times when it was somewhere first, which is brought into view
   */
  trace(value: string | number, times: readonly number[]): void;
}

/** What stands still below the diagram while somebody moves, in ms. */
const REST = 150;

/** Where a playhead is in sight, while it moves: shares of the window. */
const [NEAREST, FARTHEST] = [0.1, 0.85];

/** So much before and after a moment is of interest, in ms. */
const CLOSE = 300;

/** How far the lanes are moved by a key, in pixels. */
const LANES = 60;

/** A page around the report, which has an address of its own. */
export interface Host {
  /** What stands above the diagram. */
  readonly above?: ComponentChildren;
  readonly playhead?: Playhead;
  /** A moment to be looked at closely, in ms: each object once. */
  readonly moment?: { readonly time: number };
}

/** @param host absent: the report is the whole page */
export function Report({ run, host }: {
  readonly run: RunDocument;
  readonly host?: Host;
}) {
  const scene = useMemo(() => sceneOf(run), [run]);
  const [place, go, latest] = usePlace(scene, host === undefined);
  const { view, selection, lighting, finding } = place;
  const [filter, setFilter] = useState("");
  const [hasKeys, showKeys] = useState(false);
  const [scroll, setScroll] = useState(0);
  const [traced, setTraced] = useState<string | number | undefined>();
  const subject = traced ?? run.findings[finding]?.subject;
  // The selection lights up nothing but its own cone.
  const chosen = lighting === "cone" ? selection : undefined;
  const light = useMemo(
    () => litBy(lighting, scene, chosen, subject),
    [scene, chosen, lighting, subject],
  );
  const shown = useMemo(() => shownBy(filter, run), [filter, run]);
  const wrong = useMemo(() => namedIn(run.findings), [run]);
  const actions = useMemo((): Actions => ({
    look: (view) => go({ view }),
    select: (selection) => go({ selection }),
    show(selection) {
      go({ selection, view: around(timesOf(run, selection), run.duration) });
    },
    trace(value, times) {
      setTraced(value);
      go({ lighting: "value", view: around(times, run.duration) });
    },
  }), [run, go]);
  const find = useCallback((finding: number) => {
    const count = run.findings.length;
    setTraced(undefined);
    if (count > 0) go(placeOfFinding(scene, (finding + count) % count));
  }, [run, scene, go]);

  const playhead = host?.playhead;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector("dialog[open]")) return;
      const { key } = event;
      // Within a shadow tree, too.
      const [target] = event.composedPath();
      if (target instanceof HTMLInputElement) {
        if (key === "Escape") target.blur();
        return;
      }
      if (target instanceof HTMLSelectElement) return;
      // Whoever writes there means letters, not keys of ours.
      if (target instanceof HTMLElement && target.isContentEditable) return;
      const { view, selection, lighting, finding } = latest.current;
      const { duration } = run;
      const middle = (view.start + view.end) / 2;
      const step = (view.end - view.start) * 0.2;
      const toggle = (it: Lighting) =>
        go({ lighting: lighting === it ? "all" : it });
      const follow = (next: typeof alongChain, direction: -1 | 1) => {
        const found = selection && next(scene, selection, direction);
        if (found) go({ selection: found, view: seen(run, view, found) });
      };
      const keys: Record<string, () => void> = {
        w: () => go({ view: zoom(view, 0.7, middle, duration) }),
        s: () => go({ view: zoom(view, 1 / 0.7, middle, duration) }),
        a: () => go({ view: pan(view, -step, duration) }),
        d: () => go({ view: pan(view, step, duration) }),
        0: () => go({ view: whole(duration) }),
        c: () => toggle("cone"),
        v: () => toggle("value"),
        n: () => find(finding + 1),
        p: () => find(finding - 1),
        "[": () => follow(alongChain, -1),
        "]": () => follow(alongChain, 1),
        // Where a run is played these step through its time.
        ...playhead ? {} : {
          ",": () => follow(alongLane, -1),
          ".": () => follow(alongLane, 1),
        },
        "?": () => showKeys(true),
        "/": () => document.getElementById("filter")?.focus(),
        Escape: () =>
          go(
            lighting === "all" ? { selection: undefined } : {
              lighting: "all",
            },
          ),
      };
      // Tabs and lists have arrow keys of their own.
      if (target === document.body || target instanceof HTMLCanvasElement) {
        keys.ArrowLeft = keys.a;
        keys.ArrowRight = keys.d;
      }
      // Where all lanes are in sight, these scroll the page.
      if (
        target === document.body && document.querySelector(".scrollbar")
      ) {
        keys.ArrowUp = () => setScroll((it) => Math.max(0, it - LANES));
        keys.ArrowDown = () => setScroll((it) => it + LANES);
      }
      const act = keys[key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [run, scene, go, find, latest, playhead]);

  useEffect(() =>
    playhead?.watch(() => {
      const { time, isPlaying } = playhead;
      // Where all is over, one looks at what one likes.
      if (!isPlaying && time >= run.duration) return;
      const { view } = latest.current;
      const { start, end } = view;
      const far = (time - start) / (end - start);
      // It stays in sight, with room for what comes.
      const isOut = far < 0 || far > (isPlaying ? FARTHEST : 1);
      if (!isOut) return;
      const to = far > 1 || far < 0 ? NEAREST : FARTHEST;
      const moved = pan(view, (far - to) * (end - start), run.duration);
      if (moved.start !== start) go({ view: moved });
    }), [playhead, run, go, latest]);

  // Only where it opened: later on somebody has moved.
  useEffect(() => playhead?.opened(latest.current.view.start), [
    playhead,
    latest,
  ]);
  const moment = host?.moment;
  useEffect(() => {
    if (moment === undefined) return;
    const { time } = moment;
    go({ view: around([time - CLOSE, time + CLOSE], run.duration) });
  }, [moment, run.duration, go]);

  const settled = useSettled(view, REST);
  const tabs = useMemo(
    () => <Tabs run={run} view={settled} actions={actions} />,
    [run, settled, actions],
  );
  const panel = useMemo(
    () => <Panel scene={scene} selection={selection} actions={actions} />,
    [scene, selection, actions],
  );
  const top = useMemo(
    () => <Findings run={run} at={finding} go={find} actions={actions} />,
    [run, finding, find, actions],
  );
  return (
    <>
      <Head run={run} />
      <main>
        {top}
        {host?.above}
        <div class="bar">
          <label>
            Filter{" "}
            <input
              id="filter"
              type="search"
              placeholder="node, type, key, value, text"
              value={filter}
              onInput={(event) => setFilter(event.currentTarget.value)}
            />
          </label>
          <OneOf<Lighting>
            label="What is lit"
            now={lighting}
            choose={(lighting) => go({ lighting })}
            all={[
              ["all", "All"],
              [
                "cone",
                <Fragment key="cone">
                  Before and after <kbd>c</kbd>
                </Fragment>,
              ],
              ...subject === undefined ? [] : [
                [
                  "value",
                  <Fragment key="value">
                    The way of {String(subject)} <kbd>v</kbd>
                  </Fragment>,
                ] as const,
              ],
            ]}
          />
          <button
            type="button"
            class="link"
            onClick={() => go({ view: whole(run.duration) })}
          >
            Whole run <kbd>0</kbd>
          </button>
          <button type="button" class="link" onClick={() => showKeys(true)}>
            Keys <kbd>?</kbd>
          </button>
        </div>
        <h2 class="unseen">The run, over time</h2>
        {(run.messages?.sampling ?? 1) > 1 && (
          <p class="sampled">
            A long run: the diagram shows one in {run.messages?.sampling}{" "}
            messages between servers, and all of clients' messages.
          </p>
        )}
        <div class="stage">
          <Diagram
            scene={scene}
            view={view}
            scroll={scroll}
            setScroll={setScroll}
            looks={{ selection, light, shown, wrong }}
            actions={actions}
            playhead={playhead}
          />
          {panel}
        </div>
        <Minimap scene={scene} view={view} look={actions.look} wrong={wrong} />
        {tabs}
      </main>
      {hasKeys && (
        <Keys
          isPlayed={playhead !== undefined}
          close={() => showKeys(false)}
        />
      )}
    </>
  );
}

/** Where somebody is; the address keeps it, if it is the report's. */
function usePlace(scene: Scene, hasAddress: boolean) {
  const { run } = scene;
  const [place, setPlace] = useState<Place>(() =>
    (hasAddress ? placeOf(location.hash, run) : undefined) ??
      placeOfFinding(scene, 0)
  );
  /** Also between two frames, when the page has not caught up yet. */
  const latest = useRef(place);
  const go = useCallback((change: Partial<Place>) => {
    latest.current = { ...latest.current, ...change };
    setPlace(latest.current);
  }, []);
  useEffect(() => {
    if (!hasAddress) return;
    const open = () => go(placeOf(location.hash, run) ?? {});
    addEventListener("hashchange", open);
    return () => removeEventListener("hashchange", open);
  }, [run, go, hasAddress]);
  const settled = useSettled(place, REST);
  const first = useRef(place);
  useEffect(() => {
    // An address without a place stays so until somebody moves.
    if (!hasAddress || settled === first.current) return;
    history.replaceState(null, "", addressOf(settled));
  }, [settled, hasAddress]);
  return [place, go, latest] as const;
}

/** A value once it has not changed for so many ms. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, set] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => set(() => value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** A finding in its window, with what shows it, and its value's way. */
const placeOfFinding = (scene: Scene, finding: number): Place => ({
  finding,
  view: windowOf(scene, finding),
  selection: operationOf(scene.run, finding),
  lighting: scene.run.findings[finding]?.subject === undefined
    ? "all"
    : "value",
});

/** The same view, if something is in it; else as long a one around that. */
function seen(run: RunDocument, view: View, selection: Selection): View {
  const [start, end] = timesOf(run, selection);
  if (view.start <= start && end <= view.end) return view;
  if (end - start > view.end - view.start) {
    return around([start, end], run.duration);
  }
  return pan(view, (start + end - view.start - view.end) / 2, run.duration);
}

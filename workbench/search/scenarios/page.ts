/**
 * docs/scenarios.md.
 *
 * @module
 */
import { markdown } from "../../table.ts";
import {
  type Axis,
  type Bend,
  bendsOf,
  disagreements,
  ENOUGH,
  ms,
  type Places,
  rules,
} from "./bends.ts";
import {
  type Figures,
  type Grid,
  type Measured,
  NEMESIS_INTERVAL,
  RATE,
  settingsOf,
  TIME_LIMIT,
  usual,
} from "./grid.ts";
import { type Times } from "../run_figures.ts";
import { type Script } from "./scripts.ts";

/** Of a page, beside its figures. */
export interface About {
  readonly grid: Grid;
  readonly seeds: number;
  readonly base: string;
  /** Such as 2026-11-26. */
  readonly date: string;
}

type Rows = ReadonlyMap<Script, Measured>;

const n = (value: number, digits = 0) =>
  value.toLocaleString("en", {
    maximumFractionDigits: digits,
    minimumFractionDigits: digits,
  });

const percent = (share: number) => `${n(Math.floor(1000 * share) / 10, 1)} %`;

const code = (name: string) => `\`${name}\``;

/** `3 of 6` seeds, if a promise was broken. */
const verdict = ({ broken, seeds }: Figures) =>
  broken > 0 ? ` **✗ ${broken} of ${seeds}**` : "";

/** A row for each spread of latencies, or one if they are all the same. */
function bySpread(
  rows: Rows,
  { latencies, spreads }: Grid,
  cell: (it: Figures | undefined) => string,
): string {
  return markdown(
    ["script", "latencies", ...latencies.map(ms)],
    [...rows].flatMap(([{ name }, measured]) => {
      const lines = spreads.map((spread) =>
        latencies.map((latency) => cell(measured.get({ latency, spread })))
      );
      const isOne = new Set(lines.map((cells) => cells.join())).size === 1;
      return (isOne ? lines.slice(0, 1) : lines).map((cells, i) => [
        code(name),
        isOne ? "any" : spreads[i],
        ...cells,
      ]);
    }),
  );
}

const span = (it: Times | undefined) =>
  it === undefined ? "-" : `${n(it.median)} / ${n(it.p99)}`;

function latencyTable(rows: Rows, grid: Grid): string {
  const cell = (it: Figures | undefined) =>
    it === undefined ? "-" : span(it.latency) +
      (it.answered < ENOUGH ? `, ${percent(it.answered)}` : "") + verdict(it);
  return bySpread(rows, grid, cell);
}

function stableTable(rows: Rows, grid: Grid): string {
  const telling = [...rows].filter(([, measured]) =>
    measured.get({})?.stable !== undefined
  );
  return bySpread(
    new Map(telling),
    grid,
    ({ stable }: Partial<Figures> = {}) =>
      stable === undefined ? "-" : `${n(stable.median)} / ${n(stable.max)}`,
  );
}

function loadTable(rows: Rows, { latencies, sizes }: Grid): string {
  const cell = (it: Figures | undefined) =>
    it === undefined ? "-" : n(it.perSecond);
  return markdown(
    [
      "script",
      ...latencies.map(ms),
      ...sizes.map((it) => it === 1 ? "1 node" : `${it} nodes`),
    ],
    [...rows].map(([{ name }, measured]) => [
      code(name),
      ...latencies.map((latency) => cell(measured.get({ latency }))),
      ...sizes.map((nodes) => cell(measured.get({ nodes }))),
    ]),
  );
}

function sizeTable(rows: Rows, { sizes, faultSizes }: Grid): string {
  const cell = (it: Figures | undefined) =>
    it === undefined ? "-" : `${n(it.messages, 1)}${verdict(it)}`;
  return markdown(
    ["script", "faults", ...sizes.map((it) => `${it}`)],
    [...rows].flatMap(([{ name }, measured]) => [
      [
        code(name),
        "none",
        ...sizes.map((nodes) => cell(measured.get({ nodes }))),
      ],
      ...(faultSizes.length === 0 ? [] : [[
        code(name),
        "all",
        ...sizes.map((nodes) => cell(measured.get({ nodes, fault: "all" }))),
      ]]),
    ]),
  );
}

function faultTable(rows: Rows, { faults, faultLatencies }: Grid): string {
  const cell = (it: Figures | undefined) =>
    it === undefined ? "-" : percent(it.answered) + verdict(it);
  return markdown(
    ["script", "latency", ...faults],
    [...rows].flatMap(([{ name }, measured]) =>
      faultLatencies.map((latency) => [
        code(name),
        ms(latency),
        ...faults.map((fault) => cell(measured.get({ fault, latency }))),
      ])
    ),
  );
}

function availabilityTable(rows: Rows, { faults }: Grid): string {
  const cell = (it: Figures | undefined) =>
    it === undefined
      ? "-"
      : it.ok === 1
      ? "total"
      : `${Math.floor(100 * it.ok) / 100}`;
  return markdown(
    ["script", ...faults],
    [...rows].map(([{ name }, measured]) => [
      code(name),
      ...faults.map((fault) => cell(measured.get({ fault }))),
    ]),
  );
}

const list = (words: readonly string[]) =>
  words.length < 2
    ? words.join()
    : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

/** The places of a bend, in words that begin a sentence. */
function where(axis: Axis, places: Places): string {
  const values = list(
    places.map((it) => typeof it === "number" ? n(it) : it),
  );
  switch (axis) {
    case "latency":
      return `With latencies of ${values} ms`;
    case "spread":
      return `With exponential latencies of ${values} ms`;
    case "size":
      return `With ${values} node${values === "1" ? "" : "s"}`;
    case "fault":
      return `Under ${values.replace(/\ball\b/, "all faults at once")}`;
  }
}

/** A reason, and what it explains of a script. */
interface Reason {
  readonly script: Script;
  readonly because: string;
  /** Bends that were found, in words. */
  readonly told: string;
}

function reasonsOf(script: Script, found: ReadonlyMap<Bend, Places>): Reason[] {
  return script.why.flatMap(({ bends, because }) => {
    const told = rules.flatMap(({ axis, figure, says }) => {
      const bend: Bend = `${axis}: ${figure}`;
      const places = found.get(bend);
      return places !== undefined && Object.hasOwn(bends, bend)
        ? [`${where(axis, places)} ${says}.`]
        : [];
    });
    return told.length === 0 ? [] : [{ script, because, told: told.join(" ") }];
  });
}

/** What so many scripts have in common is told once. */
const COMMON = 3;

/** What bends, and why; what nobody has explained is named. */
function reasons(rows: Rows, grid: Grid): string {
  const found = new Map(
    [...rows].map(([script, measured]) => [script, bendsOf(measured, grid)]),
  );
  const all = [...found].flatMap(([script, bends]) => reasonsOf(script, bends));
  const byReason = Map.groupBy(all, ({ because }) => because);
  const common = [...byReason].filter(([, those]) => those.length >= COMMON);
  const isCommon = ({ because }: Reason) =>
    common.some(([other]) => other === because);
  const shared = common.flatMap(([because, those]) => [
    because,
    "",
    ...[...Map.groupBy(those, ({ told }) => told)].map(([told, same]) =>
      `- ${list(same.map(({ script }) => code(script.name)))}: ${told}`
    ),
    "",
  ]);
  const each = [...rows].flatMap(([script, measured]) => [
    `### \`${script.name}\``,
    "",
    script.idea,
    "",
    ...all.filter((it) => it.script === script && !isCommon(it))
      .map(({ told, because }) => `- **${told}** ${because}`),
    ...disagreements(script.why, bendsOf(measured, grid), measured)
      .map((it) => `- ⚠ To be looked at again: ${it}.`),
    "",
  ]);
  return [
    ...(shared.length > 0 ? ["### In several scripts", "", ...shared] : []),
    ...each,
  ].join("\n");
}

/** One seed of each script that broke a promise, and how to see it again. */
function examples(rows: Rows): string {
  const lines = [...rows].flatMap(([{ name }, measured]) => {
    const broken = measured.all().find(([, it]) => it.example !== undefined);
    if (broken === undefined) return [];
    const [{ latency, nodes, fault }, { kinds, example }] = broken;
    return [
      `# ${name}, ${fault}, ${ms(latency)}, ${nodes} nodes: ${
        kinds.join(", ")
      }\n${example}`,
    ];
  });
  return lines.join("\n") || "# none";
}

/** The page. Its pictures are in `pictures/scenarios/`. */
export function pageOf(rows: Rows, about: About): string {
  const { grid, seeds, base, date } = about;
  const settings = settingsOf(grid).length;
  return `# Scenarios

How the scripts behave in other networks, other sizes and under other faults:
what an operation takes, what it costs, whether it is answered, where that bends
and breaks, and why. [Limits](limits.md) turns one dial until a promise breaks;
here promises mostly hold, and the price changes.

Written by \`deno task scenarios\` on ${date}: ${rows.size} scripts under
${settings} settings, ${seeds} seeds each, seed base \`${base}\`. Runs are under
virtual time: ${TIME_LIMIT} s of load with ${RATE} operations a second over all
clients, of which each node has two. Where a table or picture says nothing else,
there are ${usual.nodes} nodes, latencies are constant ${ms(usual.latency)}, and
there are no faults. Loss takes 10 % of the messages between servers; partitions,
\`one-way\` partitions, pauses and kills come and go about every ${NEMESIS_INTERVAL} s;
"all" is all of these at once.

Latency is that between servers, the services included: a client's request is at
its node at once, but [waits there](workbench.md#the-network) behind a message
that the node waits for, as in Maelstrom.

## Latency

![For each script, how long operations take by the latency of the network](pictures/scenarios/latency.svg)

Median and 99th percentile of operations in ms. A share stands there if less than
99 % were answered.

${latencyTable(rows, grid)}

Median and longest time until all nodes show a value, in ms, in the workloads
that tell. Values that are shown late because a node was busy count too:

${stableTable(rows, grid)}

Clients wait for their answers, so those of slow operations get to fewer of them.
Operations a second, of ${RATE}:

${loadTable(rows, grid)}

## Size

![For each script, messages for each operation by the number of nodes](pictures/scenarios/size.svg)

Messages between servers for each operation. **✗ 1 of ${seeds}**: in so many
seeds the checks failed, also where [promises](promises.md) make an exception.

${sizeTable(rows, grid)}

## Faults

![For each script, the share of operations that are answered, under each fault](pictures/scenarios/faults.svg)

The share of operations that were answered; the mean of the seeds, rounded down.

${faultTable(rows, grid)}

**What availability to expect.** The highest \`--availability\` that all seeds
would have met, at ${ms(usual.latency)}. It counts
what ends ok, as in Maelstrom. Clients of kafka also crash on purpose, and those of
lin-kv compare with values that are not there: no script can meet \`total\` then.

${availabilityTable(rows, grid)}

## Where it bends, and why

Rules find where the figures bend. The reasons are written by hand, each for the
places where it holds: when the figures bend elsewhere, the task says so here,
and fails.

${reasons(rows, grid)}
## Where checks fail

A seed of each script that has some.

\`\`\`sh
${examples(rows)}
\`\`\`
`;
}

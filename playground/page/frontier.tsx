/**
 * What a dial trades: messages for each operation against latency, beside what
 * fly.io asks for and what others have reached.
 *
 * @module
 */
import { ticks } from "../../viewer/pictures/scale.ts";
import { challengesOf, targetsOf } from "../../workbench/challenges.ts";
import { published } from "../../workbench/published.ts";
import { type SimulatedRun } from "../../workbench/run_options.ts";
import { type Point } from "../run/sweep.ts";

const [WIDTH, HEIGHT] = [720, 380];
const [LEFT, RIGHT, TOP, BOTTOM] = [56, 150, 16, 44];

export function Frontier({ points, run, dial }: {
  readonly points: readonly Point[];
  readonly run: SimulatedRun;
  readonly dial: string;
}) {
  const drawn = points.filter(({ median, msgsPerOp }) =>
    Number.isFinite(median) && Number.isFinite(msgsPerOp)
  );
  const variants = challengesOf(run);
  const asked = variants.flatMap((challenge) => {
    const targets = targetsOf(challenge);
    return targets === undefined ? [] : [{ challenge, ...targets }];
  });
  const others = Object.values(published).flatMap((it) => {
    const median = "median" in it ? it.median : undefined;
    return median !== undefined && variants.includes(it.challenge)
      ? [{ ...it, median }]
      : [];
  });
  const all = [...drawn, ...asked, ...others];
  const right = 1.08 * Math.max(1, ...all.map(({ median }) => median));
  const top = 1.08 * Math.max(1, ...all.map(({ msgsPerOp }) => msgsPerOp));
  const x = (ms: number) => LEFT + ms / right * (WIDTH - LEFT - RIGHT);
  const y = (n: number) => HEIGHT - BOTTOM - n / top * (HEIGHT - TOP - BOTTOM);
  const path = drawn.map(({ median, msgsPerOp }) =>
    `${x(median).toFixed(1)},${y(msgsPerOp).toFixed(1)}`
  ).join(" ");
  return (
    <figure>
      <svg
        class="frontier"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label="Messages for each operation against median latency; the table below has the figures"
      >
        {ticks(0, right, 6).map((at) => (
          <g key={at}>
            <line class="grid" x1={x(at)} x2={x(at)} y1={TOP} y2={y(0)} />
            <text class="tick" x={x(at)} y={y(0) + 16}>{at}</text>
          </g>
        ))}
        {ticks(0, top, 5).map((at) => (
          <g key={at}>
            <line class="grid" x1={LEFT} x2={x(right)} y1={y(at)} y2={y(at)} />
            <text class="tick end" x={LEFT - 8} y={y(at) + 4}>{at}</text>
          </g>
        ))}
        <text class="name" x={x(right / 2)} y={HEIGHT - 6}>
          median latency, ms
        </text>
        <text class="name start" x={4} y={TOP - 4}>msgs/op</text>
        {asked.map(({ challenge, median, msgsPerOp }) => (
          <g key={challenge}>
            <path
              class="asked"
              d={`M${x(0)},${y(msgsPerOp)}H${x(median)}V${y(0)}`}
            />
            <text class="label" x={x(median) + 4} y={y(msgsPerOp) + 4}>
              {challenge} asks for less
            </text>
          </g>
        ))}
        {others.map((it) => (
          <g key={`${it.author} ${it.challenge}`}>
            <path
              class="other"
              d={`M${x(it.median)},${y(it.msgsPerOp) - 5}l5,5l-5,5l-5,-5z`}
            >
              <title>{it.note}</title>
            </path>
            <text class="label" x={x(it.median) + 9} y={y(it.msgsPerOp) + 4}>
              {it.author}, {it.challenge}
            </text>
          </g>
        ))}
        <polyline class="line" points={path} />
        {drawn.map(({ value, median, msgsPerOp, valid }) => (
          <g key={value}>
            <circle
              class={valid === true ? "point" : "point wrong"}
              cx={x(median)}
              cy={y(msgsPerOp)}
              r={4}
            />
            <text class="value" x={x(median) + 7} y={y(msgsPerOp) - 6}>
              {value}
            </text>
          </g>
        ))}
      </svg>
      <table>
        <thead>
          <tr>
            <th>{dial}</th>
            <th>verdict</th>
            <th class="number">msgs/op</th>
            <th class="number">median, ms</th>
            <th class="number">max, ms</th>
          </tr>
        </thead>
        <tbody>
          {points.map((it) => (
            <tr key={it.value} class={it.valid === true ? undefined : "wrong"}>
              <td>{it.value}</td>
              <td>
                {it.valid === true ? "valid" : it.valid ? "unknown" : "invalid"}
              </td>
              <td class="number">{shown(it.msgsPerOp, 2)}</td>
              <td class="number">{shown(it.median, 0)}</td>
              <td class="number">{shown(it.max, 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

const shown = (value: number, digits: number) =>
  Number.isFinite(value) ? value.toFixed(digits) : "–";

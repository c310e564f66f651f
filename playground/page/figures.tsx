/**
 * What the run has come to by the playhead's moment.
 *
 * @module
 */
import { type RunDocument } from "../../viewer/run/document.ts";
import { figuresAt } from "../run/playback.ts";
import { type Player } from "./player.ts";
import { usePlayhead } from "./transport.tsx";

export function Figures({ run, player }: {
  readonly run: RunDocument;
  readonly player: Player;
}) {
  usePlayhead(player);
  const { time } = player;
  const { operations, done, msgsPerOp, median, p99, max, findings } = figuresAt(
    run,
    time,
  );
  const isOver = time >= run.duration;
  const [first] = findings;
  const ms = (value: number | undefined) =>
    value === undefined ? "–" : `${value.toFixed(0)} ms`;
  return (
    <dl class="so-far" aria-label="By now">
      <dt>operations</dt>
      <dd>{done} of {operations} done</dd>
      <dt>messages</dt>
      <dd>{msgsPerOp === undefined ? "–" : msgsPerOp.toFixed(2)} msgs/op</dd>
      <dt>latency</dt>
      <dd>
        {ms(median)} median, {ms(p99)} p99, {ms(max)} at most
      </dd>
      <dt>verdict</dt>
      <dd class={first === undefined ? undefined : "wrong"}>
        {first !== undefined
          ? sentenceOf(run.findings[first].text)
          : isOver
          ? run.valid === true
            ? "valid: everything checked holds"
            : run.valid === false
            ? "invalid"
            : "unknown: too little happened to tell"
          : "nothing wrong so far"}
      </dd>
    </dl>
  );
}

/** The first sentence: all of it stands above the ring. */
const sentenceOf = (text: string): string =>
  /^.*?[.](?= |$)/s.exec(text)?.[0] ?? text;

/**
 * `echo`: each request beside its reply, wrong ones first.
 *
 * @module
 */
import { useMemo, useState } from "preact/hooks";
import { type Echo, echoesOf, wrongFirst } from "../../pictures/echoes.ts";
import { duration, moment } from "../../pictures/scale.ts";
import { type TabProps } from "../tabs.tsx";
import { Go, Pages } from "./parts/go.tsx";

const SIZE = 40;

/** Shorter times are not compared by bars, in ms. */
const SHOWN_FROM = 1;

export function Echoes({ run, actions }: TabProps) {
  const echoes = useMemo(() => wrongFirst(echoesOf(run)), [run]);
  const [first, go] = useState(0);
  if (echoes.length === 0) {
    return <p class="grey">No client has asked for an echo.</p>;
  }
  const longest = Math.max(...echoes.map(({ took = 0 }) => took));
  const number = (verdict: Echo["verdict"]) =>
    echoes.filter((it) => it.verdict === verdict).length;
  const [wrong, silent] = [number("wrong"), number("silent")];
  return (
    <>
      <p class="lead">
        {echoes.length} requests:{" "}
        {wrong + silent === 0 ? "each reply is its echo" : (
          <span class="wrong">
            {[
              ...wrong > 0
                ? [`${wrong} wrong ${wrong === 1 ? "reply" : "replies"}`]
                : [],
              ...silent > 0 ? [`${silent} without a reply`] : [],
            ].join(", ")}
          </span>
        )}
        {number("excused") > 0 &&
          `, ${number("excused")} without one while their node was down`}
        {number("open") > 0 && `, ${number("open")} open at the end`}.{" "}
        <Pages
          first={first}
          size={SIZE}
          count={echoes.length}
          go={go}
          what="requests"
        />
      </p>
      <table class="echoes">
        <thead>
          <tr>
            <th scope="col">at</th>
            <th scope="col">to</th>
            <th scope="col">request</th>
            <th scope="col">reply</th>
            <th scope="col">after</th>
          </tr>
        </thead>
        <tbody>
          {echoes.slice(first, first + SIZE).map((it) => (
            <tr key={it.operation}>
              <td>
                <Go to={it.operation} actions={actions}>{moment(it.start)}</Go>
              </td>
              <td>{it.node}</td>
              <td>
                <code>{shortened(it.sent)}</code>
              </td>
              <td class={isBad(it) ? "wrong" : ""}>{reply(it)}</td>
              <td>
                {it.took !== undefined && (
                  <>
                    {longest >= SHOWN_FROM && (
                      <span
                        class="measure"
                        style={{ width: `${it.took / longest * 90}px` }}
                      />
                    )} {duration(it.took)}
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

const isBad = ({ verdict }: Echo) =>
  verdict === "wrong" || verdict === "silent";

function reply({ verdict, received }: Echo) {
  switch (verdict) {
    case "right":
      return <span class="grey">the same</span>;
    case "wrong":
      return (
        <>
          ✗ <code>{shortened(received)}</code>
        </>
      );
    case "silent":
      return "✗ none";
    case "excused":
      return <span class="grey">none: its node was down</span>;
    case "open":
      return <span class="grey">none before the run ended</span>;
  }
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

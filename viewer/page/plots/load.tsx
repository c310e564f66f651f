/**
 * What each server sends and receives, the busiest first.
 *
 * @module
 */
import { useMemo } from "preact/hooks";
import { loadsOf } from "../../measures/traffic.ts";
import { type TabProps } from "../tabs.tsx";
import { count, rate } from "../words.ts";

export function Load({ run }: TabProps) {
  const { messages } = run;
  const loads = useMemo(() => messages && loadsOf(run, messages), [run]);
  if (loads === undefined || messages === undefined || loads.length === 0) {
    return <p class="grey">The run has no journal of its messages.</p>;
  }
  const nodes = loads.filter(({ isService }) => !isService);
  const average = nodes.reduce((sum, it) => sum + it.perSecond, 0) /
    nodes.length;
  const [busiest] = nodes;
  const most = Math.max(...loads.map(({ share }) => share));
  return (
    <>
      {nodes.length > 1 && average > 0 && (
        <p class="said">
          {busiest.name} is the busiest node: {rate(busiest.perSecond)},{" "}
          {+(busiest.perSecond / average).toPrecision(2)} times the average.
        </p>
      )}
      <table>
        <caption class="unseen">Messages by node</caption>
        <thead>
          <tr>
            <th scope="col">node</th>
            <th scope="col" class="number">sent</th>
            <th scope="col" class="number">received</th>
            <th scope="col" class="number">clients'</th>
            <th scope="col" class="number">a second</th>
            <th scope="col">share of all</th>
          </tr>
        </thead>
        <tbody>
          {loads.map((it) => (
            <tr key={it.name}>
              <th scope="row">
                {it.name}
                {it.isService && <span class="grey">, a service</span>}
              </th>
              <td class="number">{count(it.sent)}</td>
              <td class="number">{count(it.received)}</td>
              <td class="number">{count(it.withClients)}</td>
              <td class="number">{rate(it.perSecond)}</td>
              <td>
                <span class="load-share">
                  <i style={{ width: `${it.share / (most || 1) * 100}%` }} />
                </span>{" "}
                {(it.share * 100).toFixed(1)}%
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="grey small">
        Sent and received: to and from other servers; what is lost counts as
        sent only, what arrives twice is received twice.
        {messages.sampling > 1 &&
          ` Estimated: one in ${messages.sampling} of these was kept.`}
      </p>
    </>
  );
}

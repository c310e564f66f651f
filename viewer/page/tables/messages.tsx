/**
 * The messages that are sent in the stretch of time in sight, as a table.
 *
 * @module
 */
import { fates } from "../../run/document.ts";
import { lowerBound } from "../../scene/spans.ts";
import { type TabProps } from "../tabs.tsx";
import { duration } from "../words.ts";
import { Paged } from "./paged.tsx";

const MOST_CHARACTERS = 160;

export function MessageTable(
  { run: { messages }, view: { start, end }, actions }: TabProps,
) {
  if (messages === undefined) {
    return <p class="grey">The run has no journal of its messages.</p>;
  }
  const { sent, ended, from, to, type, fate, names, types, bodies } = messages;
  const before = lowerBound(sent, start);
  const total = lowerBound(sent, end, true) - before;
  return (
    <Paged total={total} what="messages sent in the window above">
      {(first, last) => (
        <table>
          <caption class="unseen">Messages</caption>
          <thead>
            <tr>
              {["sent", "from", "to", "type", "what became of it", "body"]
                .map((name) => <th key={name} scope="col">{name}</th>)}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: last - first }, (_, row) => {
              const at = before + first + row;
              const took = ended[at] - sent[at];
              return (
                <tr key={at}>
                  <td class="number">{(sent[at] / 1000).toFixed(4)} s</td>
                  <td>{names[from[at]]}</td>
                  <td>{names[to[at]]}</td>
                  <td>
                    <button
                      type="button"
                      class="link"
                      onClick={() => actions.show({ kind: "message", at })}
                    >
                      {types[type[at]] || "no type"}
                    </button>
                  </td>
                  <td>
                    {fates[fate[at]]}
                    {!Number.isNaN(took) && `, after ${duration(took)}`}
                  </td>
                  <td>
                    <code>{shortened(bodies[at])}</code>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </Paged>
  );
}

const shortened = (text: string) =>
  text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;

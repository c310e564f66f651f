/**
 * The operations as a table.
 *
 * @module
 */
import { useMemo, useState } from "preact/hooks";
import {
  namedIn,
  type OperationColumn,
  operationColumns,
  type OperationFilter,
  rowsOf,
} from "../../measures/rows.ts";
import { latencyOf } from "../../measures/latency.ts";
import { type TabProps } from "../tabs.tsx";
import { duration } from "../words.ts";
import { OneOf } from "../one_of.tsx";
import { Paged } from "./paged.tsx";

const MOST_CHARACTERS = 160;

export function Operations({ run, view, actions }: TabProps) {
  const [filter, setFilter] = useState<OperationFilter>("all");
  const [order, setOrder] = useState<
    { column: OperationColumn; isDescending: boolean }
  >({ column: "at", isDescending: false });
  const inSight = filter === "in sight" ? view : undefined;
  const { column, isDescending } = order;
  const rows = useMemo(
    () => rowsOf(run, filter, view, column, isDescending),
    [run, filter, inSight, column, isDescending],
  );
  const named = useMemo(() => namedIn(run.findings), [run]);
  const sort = (by: OperationColumn) =>
    setOrder({ column: by, isDescending: by === column && !isDescending });
  return (
    <>
      <OneOf<OperationFilter>
        label="Which operations"
        now={filter}
        choose={setFilter}
        all={[
          ["all", "All"],
          ["in sight", "In sight"],
          ["not ok", "Not ok"],
          ...named.size > 0 ? [["named", "Named above"] as const] : [],
        ]}
      />
      <Paged total={rows.length} what="operations">
        {(first, last) => (
          <table>
            <caption class="unseen">Operations</caption>
            <thead>
              <tr>
                {operationColumns.map((name) => (
                  <th
                    key={name}
                    scope="col"
                    aria-sort={name !== column
                      ? "none"
                      : isDescending
                      ? "descending"
                      : "ascending"}
                  >
                    <button type="button" onClick={() => sort(name)}>
                      {name}
                      <span aria-hidden="true">
                        {name !== column ? "" : isDescending ? " ↓" : " ↑"}
                      </span>
                    </button>
                  </th>
                ))}
                <th scope="col">asked, answered</th>
              </tr>
            </thead>
            <tbody>
              {rows.slice(first, last).map((at) => {
                const it = run.operations[at];
                return (
                  <tr key={at} class={named.has(at) ? "wrong" : undefined}>
                    <td class="number">{(it.start / 1000).toFixed(3)} s</td>
                    <td class="number">
                      {it.end === undefined ? "" : duration(latencyOf(it))}
                    </td>
                    <td>{it.node}</td>
                    <td>
                      <button
                        type="button"
                        class="link"
                        onClick={() => actions.show({ kind: "operation", at })}
                      >
                        {it.f}
                      </button>
                      {named.has(at) && (
                        <span class="unseen">, named above</span>
                      )}
                    </td>
                    <td>{endings[it.type]}</td>
                    <td>
                      <code>{asked(it)}</code>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        )}
      </Paged>
    </>
  );
}

const endings = {
  ok: "ok",
  fail: "failed",
  info: "unknown",
  open: "not at all",
};

/** What was asked, and what came of it if that is something else. */
function asked(
  { value, result, error, type }: TabProps["run"]["operations"][number],
): string {
  const parts = [value, type === "ok" ? result : error]
    .filter((it) => it !== undefined && it !== null)
    .map((it) => JSON.stringify(it));
  const text = [...new Set(parts)].join(" → ");
  return text.length > MOST_CHARACTERS
    ? `${text.slice(0, MOST_CHARACTERS)}…`
    : text;
}

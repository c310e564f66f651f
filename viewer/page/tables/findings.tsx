/**
 * All that was found, one sentence after the other.
 *
 * @module
 */
import { Linked } from "../verdict.tsx";
import { type TabProps } from "../tabs.tsx";

export function FindingList({ run, actions }: TabProps) {
  return (
    <ol class="found">
      {run.findings.map(({ type, text }, i) => (
        <li key={i}>
          {type && !text.includes(type) && <b class="wrong">{type}.</b>}
          <Linked text={text} run={run} actions={actions} />
        </li>
      ))}
    </ol>
  );
}

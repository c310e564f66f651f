/**
 * What the run was made with, and how to repeat it.
 *
 * @module
 */
import { useState } from "preact/hooks";
import { type TabProps } from "../tabs.tsx";

export function Settings({ run }: TabProps) {
  const { command, date, settings, notes } = run;
  return (
    <>
      {command === undefined
        ? (
          <p class="grey said">
            No command is known that repeats the run.
          </p>
        )
        : <Command text={command} />}
      {notes.length > 0 && (
        <ul class="notes" aria-label="Notes">
          {notes.map((note) => <li key={note}>{note}</li>)}
        </ul>
      )}
      <table>
        <caption class="unseen">Settings</caption>
        <tbody>
          {date !== undefined && (
            <tr>
              <th scope="row">date</th>
              <td>{date}</td>
            </tr>
          )}
          {settings.map(({ name, value }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Files names={run.files ?? []} />
    </>
  );
}

/** What lies beside the page, as long as the page is in its folder. */
function Files({ names }: { readonly names: readonly string[] }) {
  if (names.length === 0) return null;
  const address = (name: string) =>
    name.split("/").map(encodeURIComponent).join("/");
  return (
    <>
      <h3>In the folder of the run</h3>
      <ul>
        {names.map((name) => (
          <li key={name}>
            <a class="link" href={`./${address(name)}`}>{name}</a>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The command, and a button that copies it. */
function Command({ text }: { readonly text: string }) {
  const [said, say] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      say("Copied.");
    } catch {
      // Not every browser lets a file do this.
      say("The browser refuses to: mark the command, and copy it.");
    }
  };
  return (
    <figure class="command">
      <figcaption>
        The command that repeats the run{" "}
        <button type="button" class="link" onClick={copy}>Copy</button>{" "}
        <span role="status">{said}</span>
      </figcaption>
      <pre>{text}</pre>
    </figure>
  );
}

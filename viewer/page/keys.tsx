/**
 * What the keys do, and the list of them.
 *
 * @module
 */
import { useEffect, useRef } from "preact/hooks";

/** Keys as a browser calls them, and what they do, for people. */
type Key = readonly [group: string, names: readonly string[], text: string];

/** Not where a run is played. */
const stepping: Key = [
  "",
  [",", "."],
  "to the one that its sender sent before, after",
];

const keys: readonly Key[] = [
  ["Look", ["w", "s"], "closer, further away"],
  ["", ["a", "d"], "earlier, later; the arrow keys, too"],
  ["", ["↑", "↓"], "lanes further up, further down"],
  ["", ["0"], "the whole run"],
  ["", ["/"], "filter: words that a message must contain"],
  ["Findings", ["p", "n"], "the previous, the next finding"],
  ["Light up", ["c"], "what may have led to the chosen, and what may follow"],
  ["", ["v"], "the way of the value that the finding is about"],
  ["Step", ["["], "to the message that its sender had last received before"],
  ["", ["]"], "to the first message that its receiver sent upon it"],
  stepping,
  ["", ["esc"], "lights up all again; then chooses nothing"],
  ["Help", ["?"], "this list"],
];

/** Where a run is played. */
const playing: readonly Key[] = [
  ["Play", ["space"], "plays, or pauses"],
  ["", [",", "."], "back to what happened before, on to what happens next"],
  ["", ["Home", "End"], "to the start, to the end"],
  ["", ["−", "+"], "slower, faster"],
];

/** A list of the keys, above the page. */
export function Keys({ isPlayed, close }: {
  readonly isPlayed: boolean;
  readonly close: () => void;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  return (
    <dialog
      ref={ref}
      class="keys"
      aria-labelledby="keys-title"
      onClose={close}
      onClick={(event) => {
        if (event.target === ref.current) ref.current?.close();
      }}
    >
      <h2 id="keys-title">Keys</h2>
      <table>
        <tbody>
          {(isPlayed
            ? [...playing, ...keys.filter((it) => it !== stepping)]
            : keys).map(([group, names, text]) => (
              <tr key={text}>
                <th scope="row">{group}</th>
                <td>
                  {names.map((name) => <kbd key={name}>{name}</kbd>)}
                </td>
                <td>{text}</td>
              </tr>
            ))}
        </tbody>
      </table>
      <p class="grey">
        From an operation, <kbd>[</kbd> goes to its request and <kbd>]</kbd>
        {" "}
        to its reply. The wheel zooms, with shift it moves in time, with alt it
        moves the lanes; dragging moves both, two fingers zoom. The address
        keeps the place: copy it to show somebody what you see.
      </p>
      <button type="button" class="link" onClick={() => ref.current?.close()}>
        Close
      </button>
    </dialog>
  );
}

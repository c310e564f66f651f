/**
 * A node's inbox at the playhead's moment, and what it received and sent last.
 *
 * @module
 */
import { pretty } from "../../viewer/page/panel.tsx";
import { type Messages } from "../../viewer/run/document.ts";
import { Flights } from "../run/flights.ts";
import { Mail } from "../run/mail.ts";

/** So many messages are listed of each kind. */
const MOST = 8;

export function NodePanel({ messages, node, time, choose }: {
  readonly messages: Messages;
  readonly node: string;
  readonly time: number;
  /** Chooses a message. */
  readonly choose: (message: number) => void;
}) {
  const inbox = Flights.of(messages).to(node, time);
  const mail = Mail.of(messages);
  const { names, from, to, ended } = messages;
  const more = inbox.length - MOST;
  return (
    <>
      <h3>Inbox: {inbox.length === 0 ? "nothing" : inbox.length}</h3>
      <ul class="mail">
        {inbox.slice(0, MOST).map((message) => (
          <Row
            key={message}
            {...{ messages, message, choose }}
            when={Number.isNaN(ended[message])
              ? "waits"
              : `in ${due(ended[message] - time)}`}
            way={`from ${names[from[message]]}`}
          />
        ))}
        {more > 0 && <li class="grey">and {more} more</li>}
      </ul>
      {([
        ["Received last", mail.receivedBy(node, time, MOST), from, "from"],
        ["Sent last", mail.sentBy(node, time, MOST), to, "to"],
      ] as const).map(([title, letters, other, word]) => (
        <>
          <h3>
            {title}
            {letters.length === 0 && ": nothing yet"}
          </h3>
          <ul class="mail">
            {letters.map(({ message, at }) => (
              <Row
                key={`${message} ${at}`}
                {...{ messages, message, choose }}
                when={`${(at / 1000).toFixed(3)} s`}
                way={`${word} ${names[other[message]]}`}
              />
            ))}
          </ul>
        </>
      ))}
    </>
  );
}

const due = (ms: number): string =>
  ms < 10 ? `${ms.toFixed(1)} ms` : `${ms.toFixed(0)} ms`;

/** A message in a line; its body, if that is opened. */
function Row({ messages, message, when, way, choose }: {
  readonly messages: Messages;
  readonly message: number;
  readonly when: string;
  readonly way: string;
  readonly choose: (message: number) => void;
}) {
  const { types, type, bodies } = messages;
  return (
    <li>
      <details>
        <summary>
          <span class="when">{when}</span> {types[type[message]]}{" "}
          <span class="grey">{way}</span>
        </summary>
        <pre>{pretty(bodies[message])}</pre>
        <button type="button" class="link" onClick={() => choose(message)}>
          Choose this message
        </button>
      </details>
    </li>
  );
}

import assert from "node:assert/strict";
import { Mail } from "../../playground/run/mail.ts";
import { messagesOf } from "../viewer/scene/runs.ts";

const messages = {
  ...messagesOf([
    { from: "n0", to: "n1", sent: 0, ended: 50 },
    { from: "n2", to: "n1", sent: 10, ended: 20 },
    { from: "n0", to: "n2", sent: 20, ended: 90 },
    { from: "n0", to: "n1", sent: 30, ended: 30, fate: "lost" },
  ]),
  duplicates: [{ message: 1, at: 60 }],
};
const mail = Mail.of(messages);

Deno.test("mail: what somebody received is told by arrival, copies too, the latest first", () => {
  const received = (time: number, most = 9) =>
    mail.receivedBy("n1", time, most).map(({ message, at }) => [message, at]);
  assert.deepEqual(received(19), []);
  assert.deepEqual(received(20), [[1, 20]]);
  assert.deepEqual(received(100), [[1, 60], [0, 50], [1, 20]]);
  assert.deepEqual(received(100, 2), [[1, 60], [0, 50]]);
});

Deno.test("mail: what somebody sent is told whether it arrives or not", () => {
  const sent = mail.sentBy("n0", 30, 2).map(({ message }) => message);
  assert.deepEqual(sent, [3, 2]);
  assert.deepEqual(mail.sentBy("nobody", 30, 2), []);
});

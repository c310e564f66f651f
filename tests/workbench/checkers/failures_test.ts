/** The errors that beginners make are told for what they are. */
import assert from "node:assert/strict";
import { summarizeFailures } from "../../../workbench/checkers/failures.ts";
import { type Op } from "../../../workbench/load/history.ts";
import {
  integer,
  json,
  message,
  type Node,
  optional,
} from "../../../lib/maelstrom.ts";
import { parseTestOptions } from "../../../workbench/cli/options.ts";
import { simulate } from "../../../workbench/run.ts";

const echo = message("echo", { echo: json, msg_id: optional(integer) });

type Request = { readonly echo?: unknown; readonly msg_id?: number };

/**
 * One echo node: `answer` makes the bodies to send instead of a reply.
 *
 * @returns what a person reads, and the verdict
 */
async function judge(
  answer: (request: Request, n: number) => readonly Record<string, unknown>[],
) {
  const program = (node: Node) => {
    let n = 0;
    node.on(echo, (request, { src }) => {
      for (const body of answer(request, n++)) {
        node.send(src, {
          body: { type: "echo_ok", echo: request.echo, ...body },
        });
      }
      return new Promise<never>(() => {}); // what was sent is all
    });
  };
  const flags = "-w echo --bin - --node-count 1 --time-limit 2 --rate 5";
  const result = await simulate(parseTestOptions(flags.split(" ")), program);
  return { ...result, text: result.explanation.join("\n") };
}

Deno.test("first errors: an error is told by its name, with its text", async () => {
  const { valid, text, failures } = await judge(({ msg_id }, n) => [
    n % 2 === 0
      ? { in_reply_to: msg_id }
      : { in_reply_to: msg_id, type: "error", code: 13, text: "no disk" },
  ]);
  assert.equal(valid, false);
  assert.match(text, /received no proper reply \(error 13, crash: no disk\)/);
  const [count, ...kinds] = failures;
  assert.match(count, /^\d+ of \d+ operations did not succeed:$/);
  assert.equal(kinds.length, 1);
  assert.match(
    kinds[0],
    /^ {2}\d+ x echo: error 13, crash; for example echo "Please echo \d+" at n0, \d\.\d{3} s: no disk$/,
  );
});

for (
  const [name, error, words] of [
    ["without a code", {}, /error whose code is no integer: \{.*"error"/],
    ["with a string as its code", { code: "abort" }, /no integer: .*"abort"/],
    ["with a code of its own", { code: 1234 }, /\(error 1234: why\)/],
  ] as const
) {
  Deno.test(`first errors: an error ${name} is shown as it is`, async () => {
    const { valid, text } = await judge(({ msg_id }) => [
      { in_reply_to: msg_id, type: "error", text: "why", ...error },
    ]);
    assert.equal(valid, false);
    assert.match(text, words);
  });
}

for (
  const [name, id, words] of [
    ["no in_reply_to", () => undefined, /has no "in_reply_to".*\n.*"echo_ok"/],
    ["a string", String, /is no integer.*\n.*"in_reply_to":"1"/],
    ["another number", (id) => id + 7, /that its client never sent/],
  ] as [string, (id: number) => unknown, RegExp][]
) {
  Deno.test(`first errors: a reply with ${name} is told with the message`, async () => {
    const { valid, text } = await judge(({ msg_id = 0 }) => {
      const in_reply_to = id(msg_id);
      return [in_reply_to === undefined ? {} : { in_reply_to }];
    });
    assert.equal(valid, false);
    assert.match(text.split("echo: sent")[0], words);
    assert.match(text, /not one echo succeeded: \d+ x timeout/);
  });
}

Deno.test("first errors: a handler that never answers is named", async () => {
  const { valid, text, failures } = await judge(() => []);
  assert.equal(valid, false);
  assert.match(text, /timeout: n0 did not answer echo within 5000 ms/);
  assert.match(failures.join("\n"), /1 x echo: timeout; .*"Please echo/);
});

Deno.test("first errors: a second reply is noted, and does no harm", async () => {
  const { valid, text, notes, failures } = await judge(({ msg_id }) => [
    { in_reply_to: msg_id },
    { in_reply_to: msg_id },
  ]);
  assert.equal(valid, true);
  assert.equal(text, "");
  assert.deepEqual(failures, []);
  assert.match(
    notes.join(),
    /answered twice \(\d+ times\): only the first.*\n.*"echo_ok"/,
  );
});

Deno.test("first errors: a right node gets no notes", async () => {
  const { valid, notes } = await judge(({ msg_id }) => [
    { in_reply_to: msg_id },
  ]);
  assert.equal(valid, true);
  assert.deepEqual(notes, []);
});

Deno.test("first errors: operations that never succeed are not counted as failed", () => {
  const op = { index: 0, time: 0, process: 0, value: null };
  const history: Op[] = [
    { ...op, type: "invoke", f: "crash" },
    { ...op, type: "info", f: "crash" },
    { ...op, type: "invoke", f: "poll" },
    { ...op, type: "fail", f: "poll", error: [11, "not now"] },
  ];
  const [count, ...kinds] = summarizeFailures(history, ["crash"]);
  assert.equal(count, "1 of 1 operations did not succeed:");
  assert.equal(kinds.length, 1);
  assert.deepEqual(summarizeFailures(history.slice(0, 2), ["crash"]), []);
});

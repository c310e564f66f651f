/** What a program can and can't do in a page's worker, in a real browser. */
import assert from "node:assert/strict";
import { type Page } from "playwright-core";
import {
  type Failure,
  type Outcome,
  type ProgramSource,
} from "../../playground/run/protocol.ts";
import { parseRun } from "../../workbench/cli/run_flags.ts";
import { testPage } from "../support/pages.ts";
import { perform, play } from "../support/playground.ts";

const test = (name: string, act: (page: Page) => Promise<void>) =>
  testPage(`worker: ${name}`, async () => {
    await using shown = await play(`${flags} --program echo.ts`);
    await act(shown.page);
    assert.deepEqual(shown.complaints, []);
  });

const flags = "-w echo --node-count 1 --time-limit 1 --seed worker";

/** Runs a program of some files; the first is the main one. */
async function run(page: Page, files: ProgramSource["files"]) {
  const [main] = Object.keys(files);
  return await perform(page, {
    run: parseRun([...flags.split(" "), "--program", main]),
    source: { main, files },
  });
}

async function done(page: Page, text: string): Promise<Outcome> {
  const answer = await run(page, { "mine/x.ts": text });
  assert.ok(answer.kind === "done", JSON.stringify(answer));
  return answer.outcome;
}

/** A program that does something when it is asked to echo: in line 4. */
const whenAsked = (code: string): string =>
  `import { type Node } from "../lib/maelstrom.ts";
  export default function (node: Node) {
    node.serve("echo", { echo({ echo }) {
      ${code}
      return { type: "echo_ok", echo };
    } });
  }`;

/** What each is called in the error, and how a program gets there. */
const refused: readonly (readonly [name: string, code: string])[] = [
  ["Date()", "Date()"],
  ["new Date()", "new Date()"],
  ["Date.now()", "Date.now()"],
  ["Math.random()", "Math.random()"],
  ["performance.now()", "performance.now()"],
  ["performance.getEntries()", "performance.getEntries()"],
  ["event.timeStamp", "new Event('x').timeStamp"],
  ["setTimeout()", "setTimeout(() => {})"],
  ["setInterval()", "setInterval(() => {})"],
  // Much of what is global is the prototypes'.
  [
    "setTimeout()",
    "WorkerGlobalScope.prototype.setTimeout.call(self, () => {})",
  ],
  ["fetch()", "Object.getPrototypeOf(Object.getPrototypeOf(self)).fetch('x')"],
  ["requestAnimationFrame()", "requestAnimationFrame(() => {})"],
  ["scheduler", "scheduler.postTask(() => {})"],
  ["crypto.randomUUID()", "crypto.randomUUID()"],
  ["crypto.getRandomValues()", "crypto.getRandomValues(new Uint8Array(1))"],
  ["crypto.subtle.digest()", "crypto.subtle.digest('SHA-1', new Uint8Array())"],
  ["fetch()", "fetch('x')"],
  ["new XMLHttpRequest()", "new XMLHttpRequest()"],
  ["new WebSocket()", "new WebSocket('ws://x')"],
  ["new EventSource()", "new EventSource('x')"],
  ["importScripts()", "importScripts('x')"],
  ["new Worker()", "new Worker('x')"],
  ["new MessageChannel()", "new MessageChannel()"],
  ["new BroadcastChannel()", "new BroadcastChannel('x')"],
  ["URL.createObjectURL()", "URL.createObjectURL(new Blob())"],
  ["indexedDB", "indexedDB.open('x')"],
  ["caches", "caches.keys()"],
  ["navigator.storage", "navigator.storage"],
  ["navigator.userAgent", "navigator.userAgent"],
  ["postMessage()", "postMessage({ kind: 'done' })"],
  ["postMessage()", "self.postMessage({ kind: 'done' })"],
  ["close()", "close()"],
];

test("the machine, the page and other hosts are refused, however they are reached", async (page) => {
  const { log } = await done(
    page,
    whenAsked(
      refused.map(([, code]) =>
        `try { ${code}; node.log("there"); } catch (e) { node.log(\`\${e}\`); }`
      ).join(" "),
    ),
  );
  const texts = log.map(({ text }) => text);
  for (const [i, [name, code]] of refused.entries()) {
    assert.ok(
      texts[i].startsWith(`MachineAccess: ${name} is the machine's`),
      `${code}: ${texts[i]}`,
    );
  }
  assert.match(texts.join("\n"), /Date\.now\(\) .*: use node\.now\(\)/);
  assert.match(texts.join("\n"), /Math\.random\(\) .*: use node\.random\(\)/);
});

test("what a program was refused and kept to itself is told where the run fails", async (page) => {
  const { verdict, thrown } = await done(
    page,
    `import { type Node } from "../lib/maelstrom.ts";
    export default function (node: Node) {
      node.serve("echo", { echo() {
        let now = 0;
        try { now = Date.now(); } catch { /* it goes on without it */ }
        return { type: "echo_ok", echo: now };
      } });
    }`,
  );
  assert.equal(verdict.valid, false);
  const told = /caught an error that says why .*: Date\.now\(\) .*x\.ts:5/;
  assert.match(verdict.explanation.join("\n"), told);
  assert.partialDeepStrictEqual(thrown, { file: "mine/x.ts", line: 5 });
});

/** Where a program throws, and how it is told. */
const throwing: readonly (readonly [
  what: string,
  code: string,
  line: number,
])[] = [
  ["a handler", whenAsked("throw new Error('oh no');"), 4],
  [
    "a promise that nobody awaits",
    whenAsked("Promise.resolve().then(() => { throw new Error('oh no'); });"),
    4,
  ],
  [
    "a microtask",
    whenAsked("queueMicrotask(() => { throw new Error('oh no'); });"),
    4,
  ],
  [
    "a timer",
    "export default (node) => node.after(10, () => {\n  throw new Error('oh no');\n});",
    2,
  ],
  ["its start", "export default () => {\n\n  throw new Error('oh no');\n};", 3],
];

test("an error is told with its place, wherever it is thrown", async (page) => {
  for (const [what, code, line] of throwing) {
    const { thrown } = await done(page, code);
    assert.partialDeepStrictEqual(thrown, { file: "mine/x.ts", line }, what);
    assert.match(thrown?.message ?? "", /oh no/, what);
  }
});

const failed = async (
  page: Page,
  files: ProgramSource["files"],
): Promise<Failure> => {
  const answer = await run(page, files);
  assert.ok(answer.kind === "failed", JSON.stringify(answer));
  return answer.failure;
};

test("an error at the top level is told with its place", async (page) => {
  const failure = await failed(page, {
    "mine/x.ts": 'import "./y.ts";\nexport default () => {};',
    "mine/y.ts": "const a = 1;\nDate.now(a);",
  });
  assert.partialDeepStrictEqual(failure, {
    message: "Date.now() is the machine's, not the simulation's: " +
      "use node.now()",
    ...{ file: "mine/y.ts", line: 2, column: 6 },
  });
});

test("what the browser itself minds is told with its place, which it keeps", async (page) => {
  assert.partialDeepStrictEqual(
    await failed(page, { "mine/x.ts": "const a = 1;\n\nconst a = 2;" }),
    { file: "mine/x.ts", line: 3, column: 7 },
  );
  const { message, line } = await failed(page, {
    "mine/x.ts": 'import { run, Nod } from "../lib/maelstrom.ts";\n' +
      "export default () => new Nod(run);",
  });
  assert.match(message, /lib\/maelstrom\.ts has no export that is called Nod/);
  assert.equal(line, 1);
});

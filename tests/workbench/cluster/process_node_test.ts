import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Body } from "../../../lib/maelstrom.ts";
import { Packet } from "../../../workbench/cluster/journal.ts";
import { ProcessNode } from "../../../workbench/cluster/process_node.ts";
import { StoredFile } from "../../../workbench/results/store.ts";
import { Watchdog } from "../../../workbench/cluster/watchdog.ts";
import { until } from "../../support/processes.ts";

const bin = fileURLToPath(new URL("../../nodes/lines.sh", import.meta.url));

/** Runs `n0`, a node of the given kind, until it says or does what we want. */
async function withNode(
  kind: string,
  act: (node: ProcessNode, events: Events) => Promise<void>,
): Promise<void> {
  const logFile = await Deno.makeTempFile();
  const log = new StoredFile(logFile, assert.fail);
  const events = new Events();
  await using watchdog = new Watchdog();
  const options = { bin, args: [kind], log, logStderr: false, watchdog };
  const node = new ProcessNode("n0", options, {
    sent: (_src, _dest, body) => events.add(body),
    failed: (text) => events.add(text),
  });
  node.start();
  try {
    await act(node, events);
  } finally {
    await node.stop();
    await Deno.remove(logFile);
  }
}

/** What a node sent, as a body, and how it failed, as a text. */
class Events {
  readonly #events: (Body | string)[] = [];

  add(event: Body | string | undefined): void {
    if (event !== undefined) this.#events.push(event);
  }

  async next(): Promise<Body | string> {
    await until("the node says something", () => this.#events.length > 0);
    const [event] = this.#events.splice(0, 1);
    return event;
  }

  /** The type of the next message. */
  async type(): Promise<string> {
    const event = await this.next();
    assert(typeof event !== "string", `${event}`);
    return event.type;
  }
}

const packet = (body: Body) => new Packet(0, "c0", "n0", body, undefined);

Deno.test("process: a line may come in pieces, and end with CRLF", () =>
  withNode("pieces", async (_, events) => {
    assert.equal(await events.type(), "first");
    assert.equal(await events.type(), "second");
  }));

Deno.test("process: a character that ends in the next piece stays whole", () =>
  withNode("characters", async (_, events) => {
    assert.equal(await events.type(), "grüße");
  }));

Deno.test("process: invalid UTF-8 becomes the replacement character", () =>
  withNode("invalid", async (_, events) => {
    assert.equal(await events.type(), "\uFFFD");
  }));

Deno.test("process: a line of 10 MB arrives", () =>
  withNode("huge", async (_, events) => {
    assert.equal((await events.type()).length, 10_000_000);
  }));

Deno.test("process: the last line needs no end; the exit is reported", () =>
  withNode("unended", async (_, events) => {
    assert.equal(await events.type(), "last");
    const text = await events.next();
    assert.match(`${text}`, /n0 ended by itself with exit status 0/);
    assert.match(`${text}`, /the end of my log/);
  }));

Deno.test("process: what no newline ends is told, and a newline asked for", () =>
  withNode("endless", async (node, events) => {
    assert.equal(await events.type(), "ready");
    // The second piece may come in a chunk of its own.
    await until("all of it came", () => node.unheard !== undefined);
    assert.match(
      `${node.unheard}`,
      /n0 has printed 50 characters that no newline/,
    );
    assert.match(`${node.unheard}`, /"unheard"/);
    assert.match(node.evidence, /print each message with a newline/);
  }));

Deno.test("process: a node that has printed nothing is told to flush", () =>
  withNode("mute", (node) => {
    assert.match(`${node.unheard}`, /n0 has printed nothing.* flush stdout/);
    return Promise.resolve();
  }));

Deno.test("process: an exit is reported though a grandchild keeps the pipes", () =>
  withNode("orphan", async (_, events) => {
    const pid = Number((await events.type()).slice(1));
    try {
      assert.match(`${await events.next()}`, /exit status 5/);
    } finally {
      Deno.kill(pid, "SIGKILL");
    }
  }));

Deno.test("process: after one bad line there is one report", () =>
  withNode("garbage", async (node, events) => {
    assert.match(`${await events.next()}`, /not JSON/);
    await node.stop();
    events.add("stopped");
    assert.equal(await events.next(), "stopped");
  }));

Deno.test("process: a node that does not read holds nobody up, up to a limit", () =>
  withNode("deaf", async (node, events) => {
    assert.equal(await events.type(), "ready");
    const text = "x".repeat(32 << 20);
    for (let i = 0; i < 7; i++) node.deliver(packet({ type: "big", text }));
    // It still is heard, and the workbench goes on.
    Deno.kill(await pid(events), "SIGUSR1");
    assert.equal(await events.type(), "awake");
    node.deliver(packet({ type: "big", text }));
    assert.match(`${await events.next()}`, /does not read its stdin/);
  }));

async function pid(events: Events): Promise<number> {
  return Number((await events.type()).slice(1));
}

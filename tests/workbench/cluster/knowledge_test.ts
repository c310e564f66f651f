import assert from "node:assert/strict";
import {
  array,
  integer,
  json,
  message,
  type Node,
  type Program,
} from "../../../lib/maelstrom.ts";
import { Packet } from "../../../workbench/cluster/journal.ts";
import { Knowledge } from "../../../workbench/cluster/knowledge.ts";
import { UsageError } from "../../../workbench/cli/flags.ts";
import { parseTestOptions } from "../../../workbench/cli/options.ts";
import { simulate } from "../../../workbench/run.ts";

const X = 100_000_123_456_789;
const Y = 100_001_123_456_789;

/** Nodes n0, n1 and n2 that have had their `init`. */
class Story {
  time = 0;
  readonly knowledge = new Knowledge(["n0", "n1", "n2"], () => this.time);
  #ids = 0;

  constructor() {
    for (const id of ["n0", "n1", "n2"]) this.init(id);
  }

  init(id: string) {
    this.tell("c9", id, { type: "init" });
  }

  send(src: string, dest: string, body: Record<string, unknown>) {
    const packet = new Packet(
      this.#ids++,
      src,
      dest,
      { type: "gossip", ...body },
      undefined,
    );
    this.time += 10;
    this.knowledge.sent(packet);
    return packet;
  }

  tell(src: string, dest: string, body: Record<string, unknown>) {
    this.knowledge.delivered(dest, this.send(src, dest, body));
  }

  kill(id: string) {
    this.knowledge.killed(id);
  }
}

function story(name: string, steps: (it: Story) => void, expected: {
  readonly forgives: boolean;
  readonly tells?: RegExp;
}) {
  Deno.test(`knowledge: ${name}`, () => {
    const it = new Story();
    steps(it);
    assert.equal(it.knowledge.diedWithVictims(X), expected.forgives);
    if (expected.tells) assert.match(it.knowledge.story(X), expected.tells);
  });
}

story("what only the accepting node knew dies with it", (it) => {
  it.tell("c0", "n1", { message: X });
  it.tell("c0", "n1", { message: Y });
  it.send("n1", "n0", { values: [X] }); // never delivered
  it.tell("n1", "n2", { values: [Y], count: 1 });
  it.kill("n1");
}, {
  forgives: true,
  tells: /^n1 had it from c0 at 0\.040 s and was killed at 0\.070 s$/,
});

story("what one who lives on has heard is not forgiven", (it) => {
  it.tell("c0", "n1", { message: X });
  it.tell("n1", "n2", { values: [X] });
  it.kill("n1");
}, {
  forgives: false,
  tells: /^n1 had it from c0 .* killed .*; n2 had it from n1 .* lives on$/,
});

story("what is on its way when its node dies may still be heard", (it) => {
  it.tell("c0", "n1", { message: X });
  const late = it.send("n1", "n2", { values: [X] });
  it.kill("n1");
  it.knowledge.delivered("n2", late);
}, { forgives: false });

story("all who heard of it were killed, and so is it", (it) => {
  it.tell("c0", "n1", { message: X });
  it.tell("n1", "n2", { values: [X] });
  it.kill("n2");
  it.kill("n1");
  it.init("n1");
  it.init("n2");
}, { forgives: true });

story("a node hears nothing before its init", (it) => {
  it.tell("c0", "n1", { message: X });
  it.kill("n2");
  it.tell("n1", "n2", { values: [X] }); // it is down, or up and without a name
  it.init("n2");
  it.kill("n1");
}, { forgives: true });

story("an element that is nowhere was never anyone's", () => {}, {
  forgives: false,
  tells: /no node was ever told of it/,
});

for (
  const [form, values] of Object.entries({
    "a key": { [X]: 1 },
    "a text": `[1,${X}]`,
    "a number deep inside": [[{ a: [X] }]],
  })
) {
  story(`an element is found as ${form}`, (it) => {
    it.tell("c0", "n1", { message: X });
    it.tell("n1", "n2", { values });
    it.kill("n1");
  }, { forgives: false });
}

story("longer numbers that contain it are others", (it) => {
  it.tell("c0", "n1", { message: X });
  it.tell("n1", "n2", { values: [`${X}0`, X * 10, X / 10] });
  it.kill("n1");
}, { forgives: true });

for (const service of ["lin-kv", "seq-kv"]) {
  const request = { type: "cas", msg_id: 7, to: [X] };
  story(`${service} has what it says that it has written`, (it) => {
    it.tell("c0", "n1", { message: X });
    it.send("n1", service, request);
    it.send(service, "n1", { type: "cas_ok", in_reply_to: 7 });
    it.kill("n1");
  }, { forgives: false, tells: /-kv had it from n1 .* lives on/ });

  story(`${service} has not what it has refused`, (it) => {
    it.tell("c0", "n1", { message: X });
    it.send("n1", service, request);
    it.send(service, "n1", { type: "error", code: 22, in_reply_to: 7 });
    it.kill("n1");
  }, { forgives: true });
}

Deno.test("knowledge: a node that knows from nowhere is believed nothing", () => {
  const it = new Story();
  it.tell("c0", "n1", { message: X });
  it.kill("n1");
  it.init("n1");
  assert.equal(it.knowledge.diedWithVictims(X), true);
  it.tell("n1", "c1", { messages: [X] }); // it has a disk
  assert.equal(it.knowledge.diedWithVictims(X), false);
  it.kill("n1");
  assert.equal(it.knowledge.diedWithVictims(X), false);
  assert.match(String(it.knowledge.doubt), /n1 sent 100000123456789 at 0\.06/);
});

// ------------------------------------------------------------ nodes, right or not

interface Behaviour {
  /** What a message carries of a value. */
  readonly pack?: (value: number) => unknown;
  readonly unpack?: (packed: unknown) => number;
  /** Whether what a node was told counts only once it is told again. */
  readonly isSlow?: boolean;
}

const news = message("gossip", { values: array(json) });

/** Tells everyone what it accepts, and someone everything now and then. */
function gossip(
  { pack = (v) => v, unpack = Number, isSlow = false }: Behaviour,
): Program {
  return (node: Node) => {
    const values = new Set<number>();
    const heard = new Map<number, Set<string>>();
    const tell = (peer: string, values: Iterable<number>) =>
      node.send(peer, news({ values: [...values].map(pack) }));
    node.on(news, (body, { src }) => {
      for (const value of body.values.map(unpack)) {
        const sources = heard.getOrInsert(value, new Set());
        sources.add(src);
        if (!isSlow || sources.size > 1) values.add(value);
      }
    });
    node.onInit(() => {
      node.every(500, () => tell(node.pick(node.peers), values));
    });
    node.serve("g-set", {
      add: ({ element }) => {
        if (!integer.test(element)) return;
        values.add(element);
        for (const peer of node.peers) tell(peer, [element]);
        return { type: "add_ok" };
      },
      read: () => ({ type: "read_ok", value: [...values] }),
    });
  };
}

/** Verdicts of a few seeds with kills. */
function verdicts(behaviour: Behaviour, ...flags: string[]) {
  return Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      simulate(
        parseTestOptions([
          ...["-w", "g-set", "--bin", "-", "--node-count", "3"],
          ...["--time-limit", "20", "--rate", "20", "--latency", "100"],
          ...["--nemesis", "kill", "--nemesis-interval", "3"],
          ...["--seed", `knowledge/${i}`],
          ...flags,
        ]),
        gossip(behaviour),
      )),
  );
}

Deno.test("--forgive-victims: a right node is valid, without it is not", async () => {
  const forgiving = await verdicts({}, "--forgive-victims", "--as-maelstrom");
  for (const { valid, explanation } of forgiving) {
    assert.equal(valid, true, explanation.join("\n"));
  }
  const merciful = forgiving.filter(({ workload }) =>
    Number(workload.details?.forgivenCount) > 0
  );
  assert(merciful.length > 0);
  for (const { asMaelstrom } of merciful) {
    assert.equal(asMaelstrom?.valid, false);
  }
  assert((await verdicts({})).some(({ valid }) => valid === false));
});

Deno.test("--forgive-victims: a node that forgets what the living knew is caught", async () => {
  const invalid = (await verdicts({ isSlow: true }, "--forgive-victims"))
    .filter(({ valid }) => valid === false);
  assert(invalid.length > 0);
  for (const { explanation, workload } of invalid) {
    assert.match(
      explanation[0],
      /1\d{14} is lost\..*Who knew it: n\d had it from .* and lives on/,
    );
    assert(Number(workload.details?.lostCount) > 0);
  }
});

Deno.test("--forgive-victims: what can't be followed is not forgiven, and told", async () => {
  const packed = {
    pack: (value: number) => value.toString(36),
    unpack: (packed: unknown) => parseInt(String(packed), 36),
  };
  const invalid = (await verdicts(packed, "--forgive-victims"))
    .filter(({ valid }) => valid === false);
  assert(invalid.length > 0);
  for (const { explanation } of invalid) {
    assert(explanation.some((text) => text.includes("Nothing is forgiven")));
  }
});

Deno.test("--forgive-victims: other workloads refuse it", () => {
  assert.throws(
    () => parseTestOptions(["-w", "kafka", "--bin", "-", "--forgive-victims"]),
    new UsageError(
      "--forgive-victims is for broadcast and g-set, not for kafka",
    ),
  );
});

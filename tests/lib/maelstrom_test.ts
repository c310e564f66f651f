import assert from "node:assert/strict";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  bigInteger,
  type Body,
  canonicalJson,
  ErrorCode,
  exactSum,
  integer,
  isCode,
  type Message,
  message,
  Node,
  optional,
  parseMessage,
  type Program,
  RpcError,
  string,
} from "../../lib/maelstrom.ts";
import { parseTestOptions } from "../../workbench/cli/options.ts";
import { simulate } from "../../workbench/run.ts";
import { TestCluster } from "../../workbench/testing.ts";

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const PROBE = path("../nodes/probe.ts");
const INIT = '{"src":"c0","dest":"n0","body":{"type":"init","msg_id":1,' +
  '"node_id":"n0","node_ids":["n0"]}}';

interface Run {
  readonly code: number;
  readonly err: string;
  readonly lines: readonly string[];
  readonly bodies: readonly Body[];
}

/** Runs a node on this input, in pieces, until it exits. */
async function pipe(...input: readonly (string | Uint8Array)[]): Promise<Run> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--cached-only", PROBE],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  for (const piece of input) {
    await writer.write(
      typeof piece === "string" ? new TextEncoder().encode(piece) : piece,
    );
  }
  await writer.close();
  const { code, stdout, stderr } = await output;
  const lines = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
  return {
    code,
    err: new TextDecoder().decode(stderr),
    lines,
    bodies: lines.map((line) => JSON.parse(line).body),
  };
}

const request = (body: Record<string, unknown>) =>
  JSON.stringify({ src: "c1", dest: "n0", body: { msg_id: 7, ...body } });

const withInit = (...lines: string[]) => pipe([INIT, ...lines, ""].join("\n"));

Deno.test("lib: answers, and exits with 0 at the end of input", async () => {
  const { code, bodies } = await withInit(request({ type: "echo", echo: 1 }));
  assert.equal(code, 0);
  assert.deepEqual(bodies, [
    { type: "init_ok", in_reply_to: 1 },
    { type: "echo_ok", echo: 1, in_reply_to: 7 },
  ]);
});

Deno.test("lib: handlers under way at the end of input still answer", async () => {
  const { code, bodies } = await withInit(request({ type: "slow" }));
  assert.equal(code, 0);
  assert.equal(bodies[1].type, "slow_ok");
});

Deno.test("lib: a handler that waits for ever does not outlive the input long", async () => {
  const { code, bodies } = await withInit(
    request({ type: "insist" }),
    request({ type: "slow" }),
  );
  assert.equal(code, 0);
  assert.ok(bodies.some(({ type }) => type === "slow_ok"));
});

Deno.test("lib: much said at once arrives whole and in order", async () => {
  const text = "ż".repeat(1000);
  const { code, bodies } = await withInit(
    request({ type: "repeat", text, times: 5000 }),
  );
  assert.equal(code, 0);
  assert.deepEqual(
    bodies.slice(1).map(({ i }) => i),
    Array.from({ length: 5000 }, (_, i) => i),
  );
  assert.ok(bodies.slice(1).every((body) => body.text === text));
});

Deno.test("lib: lines that are no messages are reported and skipped", async () => {
  const { code, err, bodies } = await withInit(
    "Hello, world!" + "x".repeat(1000),
    '{"src":"c1","dest":"n0"}',
    '{"src":"c1","dest":"n0","body":{"type":3}}',
    "[]",
    "null",
    request({ type: "echo", echo: "alive" }),
  );
  assert.equal(code, 0);
  assert.match(err, /not JSON: Hello, world!x+…/);
  assert.equal(err.match(/not a message: expected \{src: string/g)?.length, 4);
  assert.ok(err.split("\n").every((line) => line.length < 400));
  assert.deepEqual(bodies[1].echo, "alive");
});

Deno.test("lib: errors say what went wrong, with the protocol's codes", async () => {
  const { code, err, bodies } = await pipe(
    [
      request({ type: "echo", echo: 1 }),
      INIT,
      INIT,
      request({ type: "unknown" }),
      request({ type: "echo" }),
      request({ type: "throw" }),
      request({ type: "abort" }),
      request({ type: "cycle" }),
      request({ type: "stray" }),
      request({ type: "reject" }),
      "",
    ].join("\n"),
  );
  assert.equal(code, 0);
  assert.deepEqual(
    bodies.map((body) => body.code ?? body.type),
    [11, "init_ok", 22, 10, 12, 13, 14, 13, "stray_ok", 13],
  );
  assert.match(`${bodies[4].text}`, /echo: any/);
  assert.match(err, /a bug[^]*probe\.ts/); // with the stack
  assert.match(err, /a later bug/);
  assert.match(err, /nobody waits for this/);
  assert.ok(bodies.slice(2).every(({ in_reply_to }) => in_reply_to));
});

Deno.test("lib: what asks for no reply gets none, and no error either", async () => {
  const { bodies } = await withInit(
    '{"src":"n1","dest":"n0","body":{"type":"unknown"}}',
    '{"src":"n1","dest":"n0","body":{"type":"echo_ok","in_reply_to":99}}',
    '{"src":"n1","dest":"n0","body":{"type":"error","in_reply_to":98}}',
  );
  assert.equal(bodies.length, 1);
});

Deno.test("lib: integers beyond 2^53 come back as they were", async () => {
  const { lines } = await withInit(
    '{"src":"c1","dest":"n0","body":{"type":"echo","msg_id":2,' +
      '"echo":[12345678901234567890,-9007199254740993,1.5e300]}}',
  );
  assert.match(
    lines[1],
    /\[12345678901234567890,-9007199254740993,1\.5e\+?300\]/,
  );
});

Deno.test("lib: what could not be written as it was read is refused", async () => {
  const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  const echo = (json: string, id: number) =>
    `{"src":"c1","dest":"n0","body":{"type":"echo","msg_id":${id},"echo":${json}}}`;
  const { code, bodies, err } = await withInit(
    echo(deep(501), 2),
    echo(deep(100_000), 3),
    echo("1e999", 4),
    echo('{"x":[-1e999]}', 5),
    echo(`[${deep(100_000)},12345678901234567890]`, 6), // for a slow parser
    `{"src":"c1","dest":"n0","body":{"type":"throw","msg_id":7,"x":${
      deep(100_000)
    }}}`,
    echo(deep(500), 8),
    echo('{"__proto__":{"x":"\\u0000"},"a":1,"a":2}', 9),
    echo('["\\ud800"]', 10),
    echo('{"\\ud800":1}', 11),
  );
  assert.equal(code, 0);
  const answers = bodies.slice(1).map((body) => [
    body.in_reply_to,
    body.code ?? JSON.stringify(body.echo),
  ]);
  assert.deepEqual(answers, [
    ...[[2, 12], [3, 12], [4, 12], [5, 12]],
    [7, 13],
    [8, deep(500)],
    [9, '{"__proto__":{"x":"\\u0000"},"a":2}'],
    ...[[10, 12], [11, 12]],
  ]);
  assert.match(err, /skipped a line that is nested too deep/);
});

Deno.test("lib: sums are exact, and bigints only where numbers are not", () => {
  const max = Number.MAX_SAFE_INTEGER;
  assert.equal(exactSum([]), 0);
  assert.equal(exactSum([1, -3]), -2);
  assert.equal(exactSum([max, 0]), max);
  assert.equal(exactSum([max, 1]), 2n ** 53n);
  assert.equal(exactSum([2n ** 53n, -1]), max);
  assert.equal(exactSum([-max, -max, -max]), -3n * BigInt(max));
});

Deno.test("lib: equal values have one text, and others have others", () => {
  const texts = [
    '{"b":[1,{"y":null,"x":"1"}],"a":12345678901234567890}',
    '{"b":[1,{"y":null,"x":1}],"a":12345678901234567890}',
    '{"b":[1,{"y":null,"x":"1"}],"a":12345678901234567891}',
    '{"__proto__":1}',
    "{}",
  ].map((json) =>
    canonicalJson(
      parseMessage(`{"src":"","dest":"","body":{"type":"","x":${json}}}`)
        .body.x,
    )
  );
  assert.equal(
    texts[0],
    '{"a":12345678901234567890,"b":[1,{"x":"1","y":null}]}',
  );
  assert.equal(new Set(texts).size, texts.length);
});

Deno.test("lib: integers are exact, or they are none", () => {
  for (const n of [0, -0, -1, 2 ** 53 - 1]) {
    assert.ok(integer.test(n) && bigInteger.test(n));
  }
  for (const n of [0.5, 2 ** 53, 1e20, 1e300, Infinity, NaN, "1", null]) {
    assert.ok(!integer.test(n) && !bigInteger.test(n));
  }
  assert.ok(!integer.test(2n ** 53n) && bigInteger.test(2n ** 53n));
});

Deno.test("lib: an error of another copy of the library is an error of the protocol", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/lib`);
    const files = [...Deno.readDirSync(path("../../lib"))].map(({ name }) =>
      `lib/${name}`
    );
    for (const file of [...files, "counter.ts"]) {
      await Deno.copyFile(path(`../../${file}`), `${folder}/${file}`);
    }
    const import_ = (file: string) =>
      import(pathToFileURL(`${folder}/${file}`).href);
    const copy = await import_("lib/maelstrom.ts");
    const [mine, theirs] = [new RpcError(14, "x"), new copy.RpcError(14, "x")];
    assert.ok(theirs instanceof RpcError && mine instanceof copy.RpcError);
    assert.ok(isCode(theirs, 14) && copy.isCode(mine, 14));
    assert.ok(!(new TypeError("x") instanceof RpcError));

    const { node, sent, receive } = harness();
    node.on(message("abort", {}), () => {
      throw theirs;
    });
    receive("c1", { type: "abort", msg_id: 1 });
    assert.equal(sent[0].body.code, 14);

    // A timeout of the workbench's node, seen by a program with its own copy.
    const { default: counter } = await import_("counter.ts");
    for (let seed = 0; seed < 3; seed++) {
      const { valid, explanation } = await simulate(
        parseTestOptions([
          ...["-w", "g-counter", "--bin", "-", "--seed", `${seed}`],
          ...["--rate", "20", "--time-limit", "10", "--p-loss", "0.1"],
          ...["--nemesis", "kill", "--nemesis-interval", "2"],
        ]),
        counter,
      );
      assert.equal(valid, true, explanation.join("\n"));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("lib: empty lines, CRLF, and a last line without an end", async () => {
  const echo = request({ type: "echo", echo: "x" });
  const { bodies, err } = await pipe(
    `\n\r\n${INIT}\r\n \n${echo}\r\n\n${echo}`,
  );
  assert.equal(bodies.length, 3);
  assert.equal(err, "");
});

Deno.test("lib: unicode split across chunks, names that need escapes", async () => {
  const line = JSON.stringify({
    src: 'c"1\\',
    dest: "n0",
    body: { type: "echo", msg_id: 2, echo: "żółw 🐢" },
  });
  const bytes = new TextEncoder().encode(`${INIT}\n${line}\n`);
  const { lines, bodies } = await pipe(
    ...[...bytes].map((b) => Uint8Array.of(b)),
  );
  assert.equal(bodies[1].echo, "żółw 🐢");
  assert.equal(JSON.parse(lines[1]).dest, 'c"1\\');
});

Deno.test("lib: a line of 10 MB, and many lines after it", async () => {
  const echo = "y".repeat(10_000_000);
  const many = Array.from(
    { length: 5000 },
    (_, i) => request({ type: "echo", echo: i, msg_id: i + 10 }),
  );
  const { code, bodies } = await withInit(
    request({ type: "echo", echo }),
    ...many,
  );
  assert.equal(code, 0);
  assert.equal(bodies[1].echo, echo);
  assert.deepEqual(bodies.slice(2).map((body) => body.echo), [...many.keys()]);
});

Deno.test("lib: a closed stdout does not end the node", async () => {
  const command =
    `"$0" run --no-config --cached-only "$1" 2>"$2"; echo "status $?" >>"$2"`;
  const log = await Deno.makeTempFile();
  const child = new Deno.Command("sh", {
    args: ["-c", `{ ${command}; } | true`, Deno.execPath(), PROBE, log],
    stdin: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const lines = [
    INIT,
    request({ type: "echo", echo: "z".repeat(1 << 20) }),
    "",
  ];
  await writer.write(new TextEncoder().encode(lines.join("\n")));
  await writer.close();
  await child.status;
  const text = await Deno.readTextFile(log);
  await Deno.remove(log);
  assert.match(text, /status 0/);
});

Deno.test({
  name: "lib: full pipes that do not block lose and double no message",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-config", "--cached-only", "--allow-ffi"],
        path("../nodes/nonblocking.ts"),
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped", // nobody ever reads it
    }).spawn();
    const writer = child.stdin.getWriter();
    const say = (...lines: string[]) =>
      writer.write(new TextEncoder().encode([...lines, ""].join("\n")));
    const text = "ż".repeat(1000);
    await say(INIT, request({ type: "repeat", text, times: 1000 }));
    await new Promise((resolve) => setTimeout(resolve, 500)); // nobody reads
    const output = new Response(child.stdout).text();
    await say(
      ...Array.from({ length: 500 }, () => request({ type: "throw" })),
      request({ type: "echo", echo: "goes on" }),
    );
    await writer.close();
    const bodies = (await output).split("\n").slice(0, -1)
      .map((line) => JSON.parse(line).body);
    assert.equal((await child.status).code, 0);
    await child.stderr.cancel();
    const repeated = bodies.slice(1, 1001);
    assert.deepEqual(repeated.map(({ i }) => i), [...repeated.keys()]);
    assert.ok(repeated.every((body) => body.text === text));
    const errors = bodies.slice(1001, -1);
    assert.deepEqual(errors.map(({ code }) => code), Array(500).fill(13));
    assert.equal(bodies.at(-1).echo, "goes on");
  },
});

/** Starts a program with a command line; why it does not start, if so. */
function start(program: Program, ...args: string[]): string | undefined {
  const node = new Node({
    args,
    now: () => 0,
    random: () => 0.5,
    setTimer: () => ({ cancel: () => {} }),
    send: () => {},
    log: (text) => assert.fail(text),
  });
  try {
    node.start(program);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : assert.fail(`${error}`);
  }
}

Deno.test("lib: options come as --name VALUE or --name=VALUE, flags alone", () => {
  let seen: unknown[] = [];
  const program = (node: Node) => {
    seen = [
      node.option("wait", { default: 7 }),
      node.option("count", { default: 1, min: 1, max: 9, integer: true }),
      node.flag("durable"),
    ];
  };
  for (
    const [line, ...expected] of [
      ["", 7, 1, false],
      ["--wait 50", 50, 1, false],
      ["--wait=50", 50, 1, false],
      ["--durable --count=9 --wait 0.5", 0.5, 9, true],
      ["--count 3 --durable", 7, 3, true],
    ] as const
  ) {
    assert.equal(start(program, ...line.split(" ").filter(Boolean)), undefined);
    assert.deepEqual(seen, expected, line);
  }
  for (
    const [line, why] of [
      ["--wiat 3", /^can't start: unknown argument --wiat: .*--wait, --count/],
      ["--wait 3 4", /unknown argument 4/],
      ["--durables", /unknown argument --durables/],
      ["--wait", /--wait wants a number of at least 0, got nothing$/],
      ["--wait=", /--wait wants .* got nothing$/],
      ["--wait --durable", /--wait wants .* got nothing$/],
      ["--wait NaN", /got NaN$/],
      ["--wait Infinity", /got Infinity$/],
      ["--wait 1e999", /got 1e999$/],
      ["--wait -1", /got -1$/],
      ["--wait 3ms", /got 3ms$/],
      ["--count 0", /a whole number of at least 1 and at most 9, got 0$/],
      ["--count 10", /got 10$/],
      ["--count 2.5", /got 2.5$/],
      ["--durable=yes", /--durable takes no value/],
      ["--wait 3 --wait=4", /--wait=4 is given twice$/],
      ["--durable --durable", /--durable is given twice$/],
    ] as const
  ) assert.match(start(program, ...line.split(" ")) ?? "started", why, line);
});

Deno.test("lib: a choice is one of its words, or the start is refused with all of them", () => {
  let seen = "";
  const program = (node: Node) => {
    seen = node.choice("order", ["none", "causal", "total"], "causal");
  };
  for (
    const [line, expected] of [
      ["", "causal"],
      ["--order total", "total"],
      ["--order=none", "none"],
    ] as const
  ) {
    assert.equal(start(program, ...line.split(" ").filter(Boolean)), undefined);
    assert.equal(seen, expected, line);
  }
  for (
    const [line, why] of [
      ["--order fifo", /--order wants one of none, causal, total; got fifo$/],
      ["--order", /got nothing$/],
      ["--order toString", /got toString$/],
      ["--order total --order none", /--order is given twice$/],
    ] as const
  ) assert.match(start(program, ...line.split(" ")) ?? "started", why, line);
});

Deno.test("lib: an option that is asked for too late is no option", () => {
  let late: () => number = () => 0;
  const twice = (node: Node) => {
    node.flag("x");
    node.flag("x");
  };
  assert.match(start(twice) ?? "", /--x is to be asked for once/);
  start((node) => late = () => node.option("x", { default: 1 }));
  assert.throws(late, /before the program function returns/);
});

Deno.test("lib: a handler that would never be called is refused at the start", () => {
  const x = message("x", {});
  const echo = () => ({ type: "echo_ok", echo: 1 } as const);
  const nothing = () => {};
  // As a program may come that no compiler has seen.
  const typo: "echo" = JSON.parse('"ehco"');
  const missing: { echo: typeof echo } = JSON.parse("{}");
  const wrong: [Program, RegExp][] = [
    [(node) => {
      node.on(x, nothing);
      node.on(x, nothing);
    }, /^can't start: a second handler for x: /],
    [(node) => {
      node.serve("echo", { echo });
      node.on(message("echo", {}), nothing);
    }, /^can't start: a second handler for echo: /],
    [(node) => {
      node.serve("echo", { echo });
      node.serve("echo", { echo });
    }, /^can't start: a second handler for echo: /],
    [
      (node) => node.on(message("init", {}), nothing),
      /init itself: use onInit$/,
    ],
    [
      (node) => node.serve(typo, { echo }),
      /no workload ehco: .*echo, .*kafka/,
    ],
    [(node) => node.serve("echo", missing), /start: no handler for echo$/],
  ];
  for (const [program, why] of wrong) {
    assert.match(start(program) ?? "started", why);
  }
});

Deno.test("lib: what the cluster is can't be read before the node is told", () => {
  for (const what of ["id", "ids", "peers", "incarnation"] as const) {
    const early: Program = (node) => void node[what];
    assert.match(
      start(early) ?? "started",
      new RegExp(
        `^can't start: node\\.${what} is not known .*: read it in node`,
      ),
    );
  }
  let later: unknown;
  const task: Program = (node) => void node.after(1, () => void (later = node));
  assert.equal(start(task), undefined);
  assert.equal(later, undefined);
});

Deno.test("lib: who sends to no name is told why there is none", async () => {
  const x = message("x", {}, {});
  for (
    const send of [
      (node: Node) => node.send(node.peers[0], x()),
      (node: Node) => node.rpc(node.pick(node.peers), x()).then(() => {}),
      (node: Node) => node.retry(node.peers[0], x()).then(() => {}),
    ]
  ) {
    const logged: string[] = [];
    const cluster = new TestCluster(
      (node) => node.onInit(() => void node.after(1, () => send(node))),
      { log: (text) => void logged.push(text) },
    );
    await cluster.pass(10);
    assert.match(
      logged.join("\n"),
      /x is to be sent to undefined, which is no name: node\.ids and node\.peers/,
    );
  }
});

Deno.test("lib: a task without a pause is refused, or a node would do nothing else", () => {
  for (const ms of [0, -1, NaN]) {
    const busy = (node: Node) => void node.every(ms, () => {});
    assert.match(start(busy) ?? "", /every wants more than 0 ms/);
  }
});

for (
  const [script, line, why] of [
    ["broadcast.ts", "--max-wiat 3", /--max-wait, --fan-out, --durable/],
    ["broadcast.ts", "--fan-out 0", /--fan-out .* at least 1, got 0/],
    ["counter.ts", "--gossip-interval 0", /--gossip-interval .* got 0/],
    ["echo.ts", "--x", /this program takes none/],
    ["kafka.ts", "--commit-interval", /--commit-interval .* got nothing/],
    ["txn.ts", "--interval=0", /--interval .* at least 1, got 0/],
    ["unique_ids.ts", "3", /this program takes none/],
    ["tests/nodes/twice.ts", "", /: a second handler for echo: /],
    ["tests/nodes/unable.ts", "", /TypeError: .*undefined.*unable\.ts:\d+/],
  ] as const
) {
  Deno.test(`lib: ${script} ${line} ends with a sentence`, async () => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-config", "--cached-only", path(`../../${script}`)],
        ...line.split(" ").filter(Boolean),
      ],
      stdin: "null",
      stderr: "piped",
      env: { NO_COLOR: "1" },
    }).output();
    assert.equal(code, 1);
    const text = new TextDecoder().decode(stderr);
    assert.match(text, /^can't start: [^\n]*\n$/);
    assert.match(text, why);
  });
}

const ping = message("ping", {}, {
  x: optional(integer),
  text: optional(string),
});

/** A node whose time and network are in the test's hands. */
function harness({ chance = 0.5, init = true } = {}) {
  const clock = { now: 0 };
  const waits: number[] = [];
  const sent: Message[] = [];
  const timers = new Map<number, () => void>();
  let lastTimer = 0;
  const node = new Node({
    args: [],
    now: () => clock.now,
    random: () => chance,
    setTimer: (callback, ms) => {
      waits.push(ms);
      const id = ++lastTimer;
      timers.set(id, callback);
      return { cancel: () => timers.delete(id) };
    },
    send: (src, dest, body) => sent.push({ src, dest, body: JSON.parse(body) }),
    log: () => {},
  });
  if (init) node.receive(parseMessage(INIT.replace('["n0"]', '["n0","n1"]')));
  sent.length = 0;
  const fire = () => {
    const due = [...timers.values()];
    timers.clear();
    due.forEach((callback) => callback());
  };
  const receive = (src: string, body: Body) =>
    node.receive({ src, dest: "n0", body });
  return { node, sent, timers, fire, receive, clock, waits };
}

Deno.test("lib: clients wait until a node is ready, its peers do not", async () => {
  const { node, sent, receive, clock } = harness();
  node.serve("echo", { echo: ({ echo }) => ({ type: "echo_ok", echo }) });
  const ready = Promise.withResolvers<void>();
  const more = Promise.withResolvers<void>();
  node.holdRequests(ready.promise);
  node.holdRequests(more.promise);
  const echo = (src: string, echo: unknown) =>
    receive(src, { type: "echo", msg_id: 1, echo });
  const said = () => sent.splice(0).map(({ body }) => body.echo ?? body.code);
  echo("c1", "too old");
  clock.now = 3000;
  echo("c1", 1);
  echo("n1", "peer");
  echo("c2", 2);
  receive("c3", { type: "init", msg_id: 1 });
  assert.deepEqual(said(), ["peer", ErrorCode.malformedRequest]);
  ready.resolve();
  await node.sleep(0, AbortSignal.abort()).catch(() => {});
  assert.deepEqual(said(), []);
  clock.now = 5000;
  more.resolve();
  await node.settled();
  assert.deepEqual(said(), [1, 2]);
  echo("c1", 3);
  assert.deepEqual(said(), [3]);
});

Deno.test("lib: a client that has given up gets no reply, and no error either", async () => {
  const { node, sent, receive, clock } = harness();
  const work: PromiseWithResolvers<void>[] = [];
  const answer = async () => {
    const mine = Promise.withResolvers<void>();
    work.push(mine);
    await mine.promise;
    return { type: "slow_ok" } as const;
  };
  node.on(message("slow", {}, {}), answer);
  const ready = Promise.withResolvers<void>();
  node.holdRequests(ready.promise);
  receive("c1", { type: "slow", msg_id: 1 });
  clock.now = 1000;
  ready.resolve();
  await node.sleep(0, AbortSignal.abort()).catch(() => {});
  receive("c1", { type: "slow", msg_id: 2 });
  receive("n1", { type: "slow", msg_id: 3 });
  receive("c1", { type: "slow", msg_id: 4 });
  receive("c1", { type: "slow", msg_id: 5 });
  const [held, inTime, peers, failing, failsLate] = work;
  assert.equal(work.length, 5);
  clock.now = 4600;
  const said = async () => {
    await node.sleep(0, AbortSignal.abort()).catch(() => {});
    return sent.splice(0).map(({ body }) => body.in_reply_to);
  };
  held.resolve(); // it waited for the node to be ready: 4.6 s in all
  inTime.resolve();
  failing.reject(new Error("in time"));
  assert.deepEqual((await said()).sort(), [2, 4]);
  clock.now = 60_000;
  failsLate.reject(new Error("late"));
  peers.resolve();
  assert.deepEqual(await said(), [3]);
});

Deno.test("lib: as many requests as fit wait for a node that never gets ready", async () => {
  const { node, sent, receive } = harness();
  node.serve("echo", { echo: ({ echo }) => ({ type: "echo_ok", echo }) });
  node.holdRequests(Promise.reject(new Error("broken")));
  await node.settled();
  for (let i = 0; i <= 10_000; i++) {
    receive("c1", { type: "echo", msg_id: i, echo: i });
  }
  assert.deepEqual(
    sent.map(({ body }) => [body.in_reply_to, body.code]),
    [[10_000, ErrorCode.temporarilyUnavailable]],
  );
});

Deno.test("lib: requests that come before init_ok are handled after it", async () => {
  const { node, sent, fire, receive } = harness({ init: false });
  let isReady = false;
  node.onInit(async () => {
    await node.sleep(100);
    isReady = true;
  });
  node.serve("echo", { echo: () => ({ type: "echo_ok", echo: isReady }) });
  node.receive(parseMessage(INIT));
  receive("c1", { type: "echo", msg_id: 2, echo: 1 });
  assert.deepEqual(sent, []);
  fire();
  await node.settled();
  const replies = sent.map(({ body: { type, echo } }) => [type, echo]);
  assert.deepEqual(replies.sort(), [["echo_ok", true], ["init_ok", undefined]]);
});

Deno.test("lib: a late reply shows how long to wait for the next", async () => {
  const { node, sent, fire, receive, clock, waits } = harness();
  const first = node.rpc("n1", ping());
  first.catch(() => {});
  fire();
  await assert.rejects(first);
  const silent = node.rpc("n1", ping());
  silent.catch(() => {});
  clock.now = 1200;
  receive("n1", { type: "ping_ok", in_reply_to: sent[0].body.msg_id });
  const slow = node.rpc("n1", ping());
  const other = node.rpc("n2", ping());
  assert.deepEqual(waits, [1000, 1000, 3600, 1000]);
  clock.now = 1210;
  receive("n1", { type: "ping_ok", in_reply_to: sent[2].body.msg_id });
  receive("n2", { type: "ping_ok", in_reply_to: sent[3].body.msg_id });
  await Promise.all([slow, other]);
  node.rpc("n1", ping()).catch(() => {});
  assert.equal(waits.at(-1), 1000, "the network is fast again");
});

Deno.test("lib: a reply to an earlier life is not for this one", async () => {
  const dead = harness({ chance: 0.1 });
  dead.node.rpc("n1", ping()).catch(() => {});
  const living = harness({ chance: 0.2 });
  const asked = living.node.rpc("n1", ping());
  const reply = (of: typeof dead, text: string) =>
    living.receive("n1", {
      type: "ping_ok",
      in_reply_to: of.sent[0].body.msg_id,
      text,
    });
  reply(dead, "old");
  reply(living, "new");
  assert.equal((await asked).text, "new");
});

Deno.test("lib: an rpc resolves with its reply, once, and keeps nothing", async () => {
  const { node, sent, timers, receive } = harness();
  const reply = node.rpc("n1", ping());
  const in_reply_to = sent[0].body.msg_id;
  receive("n1", { type: "ping_ok", in_reply_to, x: 1 });
  receive("n1", { type: "ping_ok", in_reply_to, x: 2 }); // a duplicate
  assert.equal((await reply).x, 1);
  assert.equal(timers.size, 0);
});

Deno.test("lib: an rpc rejects with the error's code, a timeout, or an abort", async () => {
  const { node, sent, fire, receive } = harness();
  const refused = node.rpc("n1", ping());
  const in_reply_to = sent[0].body.msg_id;
  receive("n1", { type: "error", in_reply_to, code: 22, text: "no" });
  await assert.rejects(
    refused,
    (error) => error instanceof RpcError && error.code === 22 && error.definite,
  );

  const late = node.rpc("n1", ping());
  fire();
  await assert.rejects(
    late,
    (error) =>
      error instanceof RpcError && error.code === ErrorCode.timeout &&
      !error.definite,
  );

  const abort = new AbortController();
  const called = node.rpc("n1", ping(), { signal: abort.signal });
  abort.abort(new Error("enough"));
  await assert.rejects(called, /enough/);
});

Deno.test("lib: a reply that is not what the request's type says is an error", async () => {
  const ask = message("ask", {}, { total: integer });
  const { node, sent, receive } = harness();
  for (
    const [reply, expected] of [
      [{ type: "ask_ok", total: 1 }, 1],
      [{ type: "ask_ok", total: 0.5 }, ErrorCode.crash],
      [{ type: "ask_ok" }, ErrorCode.crash],
      [{ type: "told_ok", total: 1 }, ErrorCode.crash],
    ] as const
  ) {
    const asked = node.rpc("n1", ask()).then(
      ({ total }) => total,
      (error) => {
        assert.match(error.message, /from n1 to ask: .*type: "ask_ok", total/);
        assert.ok(!error.definite);
        return error.code;
      },
    );
    receive("n1", { ...reply, in_reply_to: sent.at(-1)?.body.msg_id });
    assert.equal(await asked, expected);
  }
});

Deno.test("lib: retry goes on after timeouts and stops at a definite error", async () => {
  const { node, sent, fire, receive } = harness();
  const reply = node.retry("n1", ping());
  const settled = reply.catch((error) => error);
  for (let i = 0; i < 3; i++) {
    fire(); // the timeout
    await Promise.resolve().then(() => {}).then(() => {});
    fire(); // the pause
    await Promise.resolve().then(() => {}).then(() => {});
  }
  assert.ok(sent.length >= 3, `${sent.length} attempts`);
  const in_reply_to = sent.at(-1)?.body.msg_id;
  receive("n1", { type: "error", in_reply_to, code: 14, text: "stop" });
  assert.ok(isCode(await settled, 14));
});

Deno.test("lib: clients of the services speak their protocol", async () => {
  const { node, sent, receive } = harness();
  const answer = (body: Record<string, unknown>) => {
    const { dest, body: { msg_id } } = sent.at(-1) ?? assert.fail("none sent");
    receive(dest, { type: "ok", in_reply_to: msg_id, ...body });
  };
  const read = node.seqKv.readOr("k", 0);
  answer({ type: "error", code: 20, text: "" });
  assert.equal(await read, 0);

  const cas = node.linKv.cas("k", 1, 2, { create: true });
  assert.equal(sent.at(-1)?.dest, "lin-kv");
  assert.equal(sent.at(-1)?.body.create_if_not_exists, true);
  answer({ type: "cas_ok" });
  await cas;

  const ts = node.timestamp();
  answer({ type: "ts_ok", ts: 5 });
  assert.equal(await ts, 5);
});

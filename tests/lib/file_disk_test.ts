import assert from "node:assert/strict";
import { crc32 } from "node:zlib";

const script = new URL("../nodes/durable_set.ts", import.meta.url).pathname;
const decoder = new TextDecoder();

/** One life of a node, as a process that the end of its input ends. */
class Life {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #lastId = 0;

  constructor(
    cwd: string,
    { id = "n0", args = ["--data-dir", "data"], limit = "unlimited" } = {},
  ) {
    this.#child = new Deno.Command("sh", {
      args: ["-c", `ulimit -f ${limit}; trap '' XFSZ; exec "$@"`, "sh"]
        .concat(script, args),
      ...{ cwd, stdin: "piped", stdout: "piped", stderr: "piped" },
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.getReader();
    this.ask({ type: "init", node_id: id, node_ids: [id] });
  }

  ask(body: Record<string, unknown>): void {
    const msg_id = ++this.#lastId;
    const message = { src: "c1", dest: "n0", body: { ...body, msg_id } };
    this.#writer.write(new TextEncoder().encode(JSON.stringify(message) + "\n"))
      .catch(() => {}); // it is gone
  }

  /** What it has printed once a word is in it, or nothing more comes. */
  async until(word: string): Promise<string> {
    let text = "";
    while (!text.includes(word)) {
      const { value, done } = await this.#reader.read();
      if (done) break;
      text += decoder.decode(value);
    }
    return text;
  }

  async end(signal?: Deno.Signal) {
    if (signal) this.#child.kill(signal);
    else await this.#writer.close().catch(() => {});
    const out = await this.until("never");
    const err = (await new Response(this.#child.stderr).text()).trim();
    return { code: (await this.#child.status).code, out, err };
  }
}

/** A folder in which a node has kept one element, and what it is given to see. */
async function withElement(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/data`);
    const life = new Life(folder);
    life.ask({ type: "add", element: "kept" });
    await life.until("add_ok");
    await life.end("SIGKILL");
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const set = (folder: string, id = "n0") =>
  Deno.readTextFile(`${folder}/data/${id}/set`);

/** A log as another version of its program would have begun it. */
function asVersion(version: number, log: string): string {
  const [header, ...records] = log.split("\n");
  const [length, , json] = header.split(" ");
  const other = json.replace('"version":1', `"version":${version}`);
  const sum = crc32(other).toString(16).padStart(8, "0");
  return [`${length} ${sum} ${other}`, ...records].join("\n");
}

/** The node says so on one line, ends, acknowledges nothing, changes nothing. */
async function refuses(
  folder: string,
  why: RegExp,
  options?: ConstructorParameters<typeof Life>[1],
) {
  const before = await set(folder, options?.id).catch(() => "none");
  const life = new Life(folder, options);
  life.ask({ type: "add", element: "new" });
  const { code, out, err } = await life.end();
  assert.equal(code, 1, err);
  assert.doesNotMatch(out, /_ok/);
  assert.match(err, why);
  assert.equal(err.split("\n").length, 1, err);
  assert.equal(await set(folder, options?.id).catch(() => "none"), before);
}

Deno.test("file disk: what a node has acknowledged outlives SIGKILL", () =>
  withElement(async (folder) => {
    const life = new Life(folder);
    life.ask({ type: "read" });
    assert.match(await life.until("read_ok"), /"value":\["kept"\]/);
    assert.equal((await life.end()).code, 0);
  }));

Deno.test("file disk: another node's folder, another version's, and a damaged one are refused and left as they are", () =>
  withElement(async (folder) => {
    await Deno.rename(`${folder}/data/n0`, `${folder}/data/n1`);
    await refuses(
      folder,
      /^n1: --data-dir data: set is n0's, not n1's: give each node its own$/,
      { id: "n1" },
    );
    await Deno.rename(`${folder}/data/n1`, `${folder}/data/n0`);
    const good = await set(folder);
    const path = `${folder}/data/n0/set`;
    await Deno.writeTextFile(path, good.replace("owner", "Owner"));
    await refuses(folder, /set of n0 is damaged at byte 0, and there are/);
    await Deno.writeTextFile(path, asVersion(2, good));
    await refuses(
      folder,
      /^n0: --data-dir data: set of n0 has version 2, and this program reads version 1: use the program that wrote it$/,
    );
    await Deno.writeTextFile(path, "hello\n");
    await refuses(folder, /set of n0 is damaged at its beginning, or no log/);
  }));

Deno.test("file disk: a folder that is missing, a file, or not the script's to use is refused", () =>
  withElement(async (folder) => {
    const named = (name: string) => ({ args: ["--data-dir", name] });
    await refuses(
      folder,
      /^n0: --data-dir data\/none: there is no such folder: make it first$/,
      named("data/none"),
    );
    await refuses(
      folder,
      /^n0: --data-dir data\/n0\/set: it is a file, not a folder$/,
      named("data/n0/set"),
    );
    await refuses(
      folder,
      /^n0: --data-dir \/tmp: the first line of this script lets it use the folder data only/,
      named("/tmp"),
    );
    const life = new Life(folder, { args: ["--data-dir"] });
    const { code, err } = await life.end();
    assert.equal(code, 1);
    assert.match(err, /--data-dir wants a value, got nothing/);
  }));

Deno.test("file disk: a folder that another process uses is refused", () =>
  withElement(async (folder) => {
    const first = new Life(folder);
    await first.until("init_ok");
    await refuses(
      folder,
      /^n0: --data-dir data: another process uses data\/n0: end it, or use/,
    );
    assert.equal((await first.end()).code, 0);
  }));

Deno.test("file disk: a node whose disk is full ends before it acknowledges what has no room", () =>
  withElement(async (folder) => {
    const life = new Life(folder, { limit: "8" });
    life.ask({ type: "add", element: "x".repeat(20_000) });
    const { code, out, err } = await life.end();
    assert.equal(code, 1);
    assert.doesNotMatch(out, /add_ok/);
    assert.match(err, /^n0: --data-dir data: set can't be written: /);
    const again = new Life(folder);
    again.ask({ type: "read" });
    assert.match(await again.until("read_ok"), /"value":\["kept"\]/);
    await again.end();
  }));

for (const script of ["echo", "counter"]) {
  Deno.test(`file disk: to ${script}.ts, which has no disk, --data-dir is unknown`, async () => {
    const { code, stderr } = await new Deno.Command(
      new URL(`../../${script}.ts`, import.meta.url).pathname,
      { args: ["--data-dir", "data"], stdin: "null" },
    ).output();
    assert.equal(code, 1);
    assert.match(decoder.decode(stderr), /unknown argument --data-dir/);
  });
}

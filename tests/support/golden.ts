/**
 * Golden traces: a file tells what is done to a cluster, and below it stands
 * every message that came of it.
 *
 * A file is made of blocks with empty lines between them. A block is comments
 * (`# ...`), commands, a line `----`, and what was sent:
 *
 * ```text
 * # The value goes up the tree.
 * n3 <- broadcast message="a"
 * advance 100
 * ----
 *   0  n3 -> c0  broadcast_ok
 * 100  n3 -> n0  up tree=0 runs=[["n3@1",0,["a"]]]
 * ```
 *
 * A message stands there when it arrives, or when it is lost. Times are ms since
 * the cluster began; what clients say and hear takes none. `n3@1` is n3's first
 * incarnation. What the client asks stands in the commands only.
 *
 * | command                             | does                                 |
 * | ----------------------------------- | ------------------------------------ |
 * | cluster FILE nodes=3 latency=100    | starts one, and waits until it is    |
 * |                                     | ready; further words are arguments   |
 * | n0 <- TYPE name=JSON ...            | a client asks n0, or `all`           |
 * | n1 -> n0 TYPE name=JSON ...         | n0 hears this from n1                |
 * | advance 100                         | so many ms pass, and all of the last |
 * | skip 1000                           | the same, and nobody looks           |
 * | drop n0 -> n1 TYPE                  | such messages are lost from now on,  |
 * |                                     | of this type if there is one         |
 * | partition n0 n1 \| n2               | these hear only each other           |
 * | heal                                | nothing is lost, nobody is cut off   |
 * | kill, start, pause, resume n0 n1    | nodes                                |
 */
import { type Program } from "../../lib/maelstrom.ts";
import { type Packet } from "../../workbench/cluster/journal.ts";
import { parseNumbers, stringifyJson } from "../../workbench/json.ts";
import { TestCluster } from "../../workbench/testing.ts";

const ROOT = new URL("../../", import.meta.url);

/** A block of a file, as it was read. */
interface Block {
  /** Comments and commands. */
  readonly lines: readonly string[];
  /** The number of its first line. */
  readonly first: number;
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let first = 1;
  for (const block of text.trimEnd().split(/\n\n/)) {
    const lines = block.split("\n");
    const end = lines.indexOf("----");
    blocks.push({ lines: end < 0 ? lines : lines.slice(0, end), first });
    first += lines.length + 1;
  }
  return blocks;
}

/**
 * Does what a file says.
 *
 * @returns the file as it should be: with all that came of its commands
 * @throws {SyntaxError} of a command that is none, with the number of its line
 */
export async function play(text: string): Promise<string> {
  const stage = new Stage();
  const played: string[] = [];
  for (const { lines, first } of blocksOf(text)) {
    for (const [i, line] of lines.entries()) {
      if (line === "" || line.startsWith("#")) continue;
      try {
        await stage.do(line);
      } catch (error) {
        const { message } = error instanceof Error ? error : { message: error };
        throw new SyntaxError(`line ${first + i}: ${line}: ${message}`);
      }
    }
    const came = stage.take();
    played.push([...lines, ...came.length > 0 ? ["----"] : [], ...came]
      .join("\n"));
  }
  return played.join("\n\n") + "\n";
}

/** What is lost from now on. */
interface Drop {
  readonly src: string;
  readonly dest: string;
  readonly type?: string;
}

class Stage {
  #cluster: TestCluster | undefined;
  #latency = 0;
  #drops: Drop[] = [];
  readonly #down = new Set<string>();
  readonly #paused = new Set<string>();
  /** How many of the journal's events were looked at. */
  #seen = 0;
  /** Messages that have not arrived, and when they should. */
  readonly #underWay = new Map<Packet, number>();
  /** Incarnations in the order of their appearance, by node. */
  readonly #lives = new Map<string, string[]>();
  #came: { time: number; way: string; text: string }[] = [];

  get #it(): TestCluster {
    if (this.#cluster) return this.#cluster;
    throw new TypeError("there is no cluster yet: the file begins with one");
  }

  async do(line: string): Promise<void> {
    const [verb, ...words] = line.split(" ");
    const [arrow, third] = words;
    if (verb === "cluster") return await this.#begin(words);
    const it = this.#it;
    if (arrow === "<-") {
      const nodes = verb === "all" ? it.ids : [verb];
      const body = bodyOf(words.slice(1).join(" "));
      for (const id of nodes) it.request(id, body);
    } else if (arrow === "->") {
      it.send(verb, third, bodyOf(words.slice(2).join(" ")));
    } else if (verb === "advance") await this.#advance(Number(arrow));
    else if (verb === "skip") {
      const before = this.#came.length;
      await this.#advance(Number(arrow));
      this.#came.length = before;
    } else if (verb === "drop") {
      const [src, , dest, type] = words;
      this.#drops.push({ src, dest, type });
    } else if (verb === "partition") {
      const groups = words.join(" ").split(" | ").map((it) => it.split(" "));
      it.partition(...groups);
    } else if (verb === "heal") {
      this.#drops = [];
      it.heal();
    } else this.#disturb(verb, words);
  }

  #disturb(verb: string, ids: readonly string[]): void {
    const it = this.#it;
    if (verb === "kill") it.kill(...ids);
    else if (verb === "start") ids.forEach((id) => it.start(id));
    else if (verb === "pause") it.pause(...ids);
    else if (verb === "resume") it.resume(...ids);
    else throw new SyntaxError("no such command");
    for (const id of ids) {
      if (verb === "kill") this.#down.add(id);
      if (verb === "start") this.#down.delete(id);
      if (verb === "pause") this.#paused.add(id);
      if (verb !== "pause") this.#paused.delete(id);
    }
  }

  async #begin([file, ...words]: readonly string[]): Promise<void> {
    const { default: program }: { default: Program } = await import(
      new URL(file, ROOT).href
    );
    const number = (name: string, otherwise: number) =>
      Number(
        words.find((it) => it.startsWith(`${name}=`))?.split("=")[1] ??
          otherwise,
      );
    this.#latency = number("latency", 0);
    const it = new TestCluster(program, {
      nodes: number("nodes", 1),
      latency: this.#latency,
      args: words.filter((word) => !/^(nodes|latency)=/.test(word)),
      seed: "golden",
    });
    this.#cluster = it;
    it.isLost = (src, dest, body) => {
      const isLost = this.#drops.some((drop) =>
        drop.src === src && drop.dest === dest &&
        (drop.type ?? body.type) === body.type
      );
      if (!isLost) return false;
      this.#look();
      this.#note(it.now(), src, dest, stringifyJson(body), "lost");
      return true;
    };
    await it.ready();
    this.#look();
    this.#came = [];
  }

  /** Lets time pass, and all happen that happens at the very last moment. */
  async #advance(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new SyntaxError("expected a time in ms");
    await this.#it.pass(ms);
    for (let before = -1; before < this.#it.journal.events.length;) {
      before = this.#it.journal.events.length;
      await this.#it.pass(0);
    }
    this.#look();
    for (const [{ src, dest, text }, due] of this.#late()) {
      this.#note(due, src, dest, text, "lost: cut off");
    }
  }

  /** Notes what has arrived. */
  #look(): void {
    const { journal } = this.#it;
    for (const { time, type, packet } of journal.events.slice(this.#seen)) {
      const { src, dest, text } = packet;
      const isClients = src.startsWith("c") || dest.startsWith("c");
      if (type === "send") {
        this.#underWay.set(packet, time + (isClients ? 0 : this.#latency));
      } else if (this.#underWay.delete(packet) && !src.startsWith("c")) {
        const fate = this.#down.has(dest)
          ? `lost: ${dest} is down`
          : this.#paused.has(dest)
          ? `waits: ${dest} is paused`
          : undefined;
        this.#note(time, src, dest, text, fate);
      }
    }
    this.#seen = journal.events.length;
  }

  /** What should have arrived by now, but that somebody was cut off. */
  #late(): [Packet, number][] {
    const late = [...this.#underWay].filter(([, due]) => due <= this.#it.now());
    for (const [packet] of late) this.#underWay.delete(packet);
    return late;
  }

  #note(time: number, src: string, dest: string, text: string, fate?: string) {
    const { type, msg_id: _, in_reply_to: __, ...fields } = parseNumbers(
      text,
    ) as Record<string, unknown>;
    const words = Object.entries(fields)
      .map(([name, value]) => ` ${name}=${stringifyJson(value)}`);
    const said = `${type}${words.join("")}`.replaceAll(
      /\b(n\d+)\.[0-9a-z]+\.[0-9a-z]+\b/g,
      (incarnation, id) => this.#life(incarnation, id),
    );
    this.#came.push({
      time,
      way: `${src} -> ${dest}`,
      text: fate ? `${said}  (${fate})` : said,
    });
  }

  #life(incarnation: string, id: string): string {
    const lives = this.#lives.getOrInsert(id, []);
    if (!lives.includes(incarnation)) lives.push(incarnation);
    return `${id}@${lives.indexOf(incarnation) + 1}`;
  }

  /** What came of the last commands, a line for each message. */
  take(): string[] {
    const came = this.#came.toSorted((a, b) => a.time - b.time);
    this.#came = [];
    const times = came.map(({ time }) => `${Math.round(time)}`);
    const width = Math.max(...times.map((it) => it.length));
    const wide = Math.max(...came.map(({ way }) => way.length));
    return came.map(({ way, text }, i) =>
      `${times[i].padStart(width)}  ${way.padEnd(wide)}  ${text}`
    );
  }
}

/** `TYPE name=JSON name=JSON` as a message's body. */
function bodyOf(text: string): string {
  const [type, ...fields] = text.split(/ (?=\w+=)/);
  const members = fields.map((field) => {
    const at = field.indexOf("=");
    return `,"${field.slice(0, at)}":${field.slice(at + 1)}`;
  });
  return `{"type":"${type}"${members.join("")}}`;
}

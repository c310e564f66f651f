/** What a terminal shows while seeds run, drawn by a small terminal of our own. */
import assert from "node:assert/strict";
import { Progress } from "../../../workbench/cli/progress.ts";
import { StatusLine } from "../../../workbench/cli/status_line.ts";

/** A terminal that knows CR, LF, erasing to the end of a line, and wrapping. */
class Screen {
  readonly isTTY = true;
  readonly lines: string[] = [""];
  #column = 0;

  constructor(readonly columns: number) {}

  write(text: string): void {
    // deno-lint-ignore no-control-regex -- escapes are what it is about
    for (const [part] of text.matchAll(/\x1b\[K|\x1b|[^\x1b]/gu)) {
      const last = this.lines.length - 1;
      if (part === "\x1b") assert.fail(`an escape of another kind: ${text}`);
      if (part === "\x1b[K") {
        this.lines[last] = this.lines[last].slice(0, this.#column);
      } else if (part === "\r") this.#column = 0;
      else if (part === "\n") this.#newLine();
      else this.#put(part);
    }
  }

  #newLine(): void {
    this.lines.push("");
    this.#column = 0;
  }

  #put(character: string): void {
    if (this.#column === this.columns) this.#newLine();
    const last = this.lines.length - 1;
    const line = this.lines[last];
    this.lines[last] = line.slice(0, this.#column) + character +
      line.slice(this.#column + 1);
    this.#column++;
  }
}

/** Runs something with what it prints going to the screen, too. */
function printingOn(screen: Screen, run: () => void): void {
  const { log } = console;
  console.log = (text: string) => screen.write(`${text}\n`);
  try {
    run();
  } finally {
    console.log = log;
  }
}

const REPLAY = `replay it:  ${
  "deno task workbench simulate --p-loss 0.1 ".repeat(5)
}--seed a/1`;

Deno.test("progress: a report on a terminal is whole, wrapped, and nothing is drawn over it", () => {
  const screen = new Screen(80);
  printingOn(screen, () => {
    const progress = new Progress(3, new StatusLine(screen));
    for (let seed = 1; seed <= 3; seed++) {
      progress.ended(true);
      progress.say(`\ninvalid: lost\n${REPLAY}`);
    }
    progress.stop();
  });
  const shown = screen.lines.join("");
  assert.equal(shown.split(REPLAY).length, 4, screen.lines.join("\n"));
  assert.match(shown, /3\/3 seeds, 3 failed, [\d.]+\/s$/);
  assert.ok(!shown.includes("━"), "no bar is left");
});

Deno.test("progress: the line that changes never wraps, and is gone at the end", () => {
  for (const columns of [12, 40, 80]) {
    const screen = new Screen(columns);
    const line = new StatusLine(screen);
    line.draw("some words that are longer than the narrowest of the screens");
    assert.equal(screen.lines.length, 1);
    assert.ok(screen.lines[0].startsWith("some words"));
    line.erase();
    assert.deepEqual(screen.lines, [""]);
  }
});

Deno.test("progress: what is interrupted leaves no line behind", () => {
  const screen = new Screen(80);
  printingOn(screen, () => {
    assert.throws(() => {
      using _progress = new Progress(3, new StatusLine(screen));
      throw new Error("interrupted");
    });
  });
  assert.deepEqual(screen.lines, [""]);
});

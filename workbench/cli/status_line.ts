/**
 * One line at the bottom of a terminal that says how far something has come,
 * and makes way for whatever is to stay.
 *
 * Nothing of the terminal is changed for it: no saved cursor, no switched off
 * wrapping. So what is printed between two drawings is wrapped and scrolls as
 * ever, and a program that is killed leaves nothing to be mended.
 *
 * @module
 */
import process from "node:process";

/** Where the line is drawn. */
export interface Terminal {
  readonly isTTY: boolean;
  /** How many characters fit into a line. */
  readonly columns: number;
  write(text: string): void;
}

/** Written at once, so that it never comes after what is printed later. */
const stderr: Terminal = {
  isTTY: process.stderr.isTTY === true,
  get columns() {
    return process.stderr.columns || 80;
  },
  write(text) {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  },
};

export class StatusLine {
  #isShown = false;

  /** @param terminal without one, nothing is drawn. @default stderr */
  constructor(private readonly terminal: Terminal = stderr) {}

  /** Whether anybody sees it. */
  get isVisible(): boolean {
    return this.terminal.isTTY;
  }

  /** Replaces the line. What is too long is cut: two could not be taken back. */
  draw(text: string): void {
    if (!this.isVisible) return;
    const { columns } = this.terminal;
    this.terminal.write(`\r\x1b[K${text.slice(0, columns - 1)}`);
    this.#isShown = true;
  }

  /** Takes it away: the cursor stands where the line began. */
  erase(): void {
    if (this.#isShown) this.terminal.write("\r\x1b[K");
    this.#isShown = false;
  }
}

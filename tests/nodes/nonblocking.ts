/**
 * The probe, on a stdout and stderr that do not block: what a node finds that
 * shares them with someone who has made them so. Linux only, needs --allow-ffi.
 */
import { run } from "../../lib/maelstrom.ts";
import probe from "./probe.ts";

const [F_SETFL, O_WRONLY, O_NONBLOCK] = [4, 1, 0o4000];
const { symbols } = Deno.dlopen("libc.so.6", {
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
});
for (const fd of [1, 2]) {
  if (symbols.fcntl(fd, F_SETFL, O_WRONLY | O_NONBLOCK) !== 0) {
    throw new Error("fcntl failed");
  }
}

await run(probe);

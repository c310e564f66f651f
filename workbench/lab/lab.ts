/**
 * The command `lab`: shows all runs in a browser.
 *
 * @module
 */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { messageOf } from "../../lib/errors.ts";
import { calledAs } from "../cli/called_as.ts";
import { UsageError } from "../cli/flags.ts";
import { parseLabOptions } from "../cli/options.ts";
import { RunError } from "../cluster/node_host.ts";
import { bundle } from "../report/bundle.ts";
import { authorOf } from "../results/run_folder.ts";
import { type Handler, labOf } from "./server.ts";

/**
 * Serves until the signal comes.
 *
 * @throws {UsageError} there is no such store
 * @throws {RunError} the port is taken
 */
export async function labCommand(
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const { folder, port, noOpen } = parseLabOptions(args);
  const store = resolve(folder ?? "store");
  if (folder !== undefined) checkStore(folder);
  // Or the first to look would wait for these.
  for (const page of ["runs", "app", "worker"] as const) bundle(page);
  let handler: Handler | undefined;
  const server = listen(port, signal, (request) => {
    handler ??= labOf(store, server.addr.port);
    return handler(request);
  });
  const address = `http://127.0.0.1:${server.addr.port}/`;
  console.log(
    `All runs: ${address}\nPlayground: ${address}playground/\n` +
      `Lessons: ${address}playground/#lesson\nCtrl-C ends it.`,
  );
  if (!noOpen) open(address);
  await server.finished;
  return 0;
}

/** @throws {RunError} the port is taken, or not ours to take */
function listen(
  port: number,
  signal: AbortSignal,
  handle: Handler,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve(
      { hostname: "127.0.0.1", port, signal, onListen: () => {} },
      handle,
    );
  } catch (error) {
    const why = error instanceof Deno.errors.AddrInUse
      ? "somebody listens there already, maybe another lab"
      : messageOf(error);
    throw new RunError(
      `Port ${port} can't be used: ${why}. ${calledAs("lab")} --port N takes ` +
        "another one, --port 0 any that is free.",
    );
  }
}

/** @throws {UsageError} */
function checkStore(folder: string): void {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new UsageError(`there is no folder ${folder}`);
  }
  if (authorOf(folder) !== undefined) {
    throw new UsageError(
      `${folder} is one run; the lab wants the folder of all, such as store. ` +
        `${calledAs("workbench report")} ${folder} draws this one`,
    );
  }
}

const openers: Readonly<Partial<Record<string, readonly string[]>>> = {
  darwin: ["open"],
  linux: ["xdg-open"],
  windows: ["cmd", "/c", "start"],
};

/** In the user's browser, if there is one; the address was printed anyway. */
function open(address: string): void {
  const [command, ...args] = openers[Deno.build.os] ?? ["xdg-open"];
  try {
    new Deno.Command(command, {
      args: [...args, address],
      ...{ stdin: "null", stdout: "null", stderr: "null" } as const,
    }).spawn().unref();
  } catch {
    // No browser, or none that can be opened from here.
  }
}

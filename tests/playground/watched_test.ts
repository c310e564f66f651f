/** Programs in the lab: one's own, saved again and again, and a stranger's. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { addressOf, planOf } from "../../playground/run/plan.ts";
import { labOf } from "../../workbench/lab/server.ts";
import { show, testPage } from "../support/pages.ts";

const mine = fileURLToPath(new URL("../../mine/", import.meta.url));

const program = (answer: string) =>
  'import { type Node } from "../lib/maelstrom.ts";\n' +
  "export default function (node: Node): void {\n" +
  `  node.serve("echo", { echo: ({ echo }) => (${answer}) });\n` +
  "}\n";

testPage(
  "lab: a program in mine/ runs again when it is saved, and the server runs nothing",
  async () => {
    mkdirSync(mine, { recursive: true });
    const path = `${mine}watched_${Deno.pid}.ts`;
    const store = Deno.makeTempDirSync();
    const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => labOf(store, server.addr.port)(request),
    );
    try {
      // Where it runs, it says so: there is no document on a server.
      writeFileSync(
        path,
        'if (globalThis.Deno) throw new Error("on the server");\n' +
          program('{ type: "echo_ok", echo }'),
      );
      const name = path.slice(mine.length);
      await using shown = await show(
        new URL(
          `http://127.0.0.1:${server.addr.port}/playground/#play/` +
            `-w+echo+--program+mine%2F${name}+--node-count+1+--time-limit+2` +
            "+--seed+w",
        ),
      );
      const { page } = shown;
      await page.getByRole("heading", { name: "Valid: echo, 1 node" })
        .waitFor();
      writeFileSync(path, program('{ type: "echo_ok", echo: `${echo}!` }'));
      await page.getByRole("heading", { name: "Invalid: echo, 1 node" })
        .waitFor();
      writeFileSync(path, program("{ type: "));
      await page.getByRole("alert").filter({ hasText: `mine/${name}, line 3` })
        .waitFor();
      assert.deepEqual([...Deno.readDirSync(store)], []);
    } finally {
      rmSync(path);
      await server.shutdown();
      Deno.removeSync(store, { recursive: true });
    }
  },
);

/** A program that gets around the guard: what guards fetch() hands it over. */
const burglar = (lab: string) => `
  const { hasOwn } = Object;
  let real;
  Object.hasOwn = (it, key) => {
    real = it;
    return hasOwn(it, key);
  };
  fetch.anything;
  Object.hasOwn = hasOwn;
  const open = real;
  const ask = (path, init) => open("${lab}" + path, init).catch(() => {});
  ask("../?burglar");
  ask("../runs?burglar");
  ask("../runs/echo/x/report.html?burglar");
  ask("../delete?burglar", { method: "POST", body: "echo/x" });
  ask("programs/../../?burglar");
  ask("programs?burglar");
  export default function (node) {
    node.serve("echo", { echo: ({ echo }) => ({ type: "echo_ok", echo }) });
  }
`;

testPage(
  "lab: a stranger's program that gets around the guard reaches the list of programs, and nothing else",
  async () => {
    const store = Deno.makeTempDirSync();
    const asked: string[] = [];
    const reached = Promise.withResolvers<void>();
    const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => {
        const { pathname, search } = new URL(request.url);
        if (search !== "") asked.push(`${request.method} ${pathname}`);
        if (asked.includes("GET /playground/programs")) reached.resolve();
        return labOf(store, server.addr.port)(request);
      },
    );
    const lab = `http://127.0.0.1:${server.addr.port}/playground/`;
    try {
      const words = "-w echo --program echo.ts --node-count 1 --time-limit 1 " +
        "--seed burglar";
      const address = await addressOf({
        ...planOf(words.split(" ")),
        edits: { "echo.ts": burglar(lab) },
      });
      await using shown = await show(new URL(lab + address));
      await shown.page.getByRole("heading", { name: "Valid: echo, 1 node" })
        .waitFor();
      // It was asked for last.
      await reached.promise;
      assert.deepEqual([...new Set(asked)], ["GET /playground/programs"]);
    } finally {
      await server.shutdown();
      Deno.removeSync(store, { recursive: true });
    }
  },
);

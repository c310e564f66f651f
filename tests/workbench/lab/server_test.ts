import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type Handler, labOf } from "../../../workbench/lab/server.ts";
import {
  MAELSTROMS,
  maelstroms,
  OURS,
  ours,
  withStore,
} from "../../support/stores.ts";

const HOST = "127.0.0.1:8400";

type Asked = RequestInit & { readonly headers?: Record<string, string> };

/** What a lab over this store answers. */
const withLab = (
  files: Readonly<Record<string, string>>,
  test: (
    ask: (path: string, init?: Asked) => Promise<Response>,
    store: string,
  ) => Promise<void>,
) =>
  withStore(files, async (store) => {
    const handle: Handler = labOf(store, 8400);
    await test((path, init) => {
      const request = new Request(`http://${HOST}${path}`, init);
      const headers = new Headers({ Host: HOST, ...init?.headers });
      // A client may not set a host; a server sees whatever was sent.
      Object.defineProperty(request, "headers", { value: headers });
      return handle(request);
    }, store);
  });

const tokenIn = (page: string) =>
  /name="token" content="([^"]+)"/.exec(page)?.[1] ?? "";

Deno.test("lab: its page and its list are served under a strict policy", async () => {
  await withLab({ ...ours(), ...maelstroms() }, async (ask) => {
    const page = await ask("/");
    assert.equal(page.status, 200);
    assert.match(
      page.headers.get("Content-Security-Policy") ?? "",
      /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/,
    );
    assert.match(await page.text(), /<div id="page">/);
    const list = await ask("/runs");
    const { runs } = await list.json();
    assert.deepEqual(runs.map((it: { id: string }) => it.id), [
      OURS,
      MAELSTROMS,
    ]);
    const again = await ask("/runs", {
      headers: { "If-None-Match": list.headers.get("ETag") ?? "" },
    });
    assert.equal(again.status, 304);
  });
});

Deno.test("lab: foreign origins, hosts and sites are refused in words", async () => {
  await withLab(ours(), async (ask) => {
    const refused: [Record<string, string>, RegExp][] = [
      [{ Host: "evil.example:8400" }, /not to "evil\.example:8400"/],
      [{ Host: "127.0.0.1:9999" }, /answers to/],
      [{ Host: "" }, /answers to/],
      [{ Origin: "http://evil.example" }, /Pages of http:\/\/evil\.example/],
      [{ Origin: "http://127.0.0.1:3000" }, /no access/],
      [{ Origin: "null" }, /Pages of null/],
      [{ "Sec-Fetch-Site": "cross-site" }, /Other sites/],
      [{ "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors" }, /Other/],
      [
        {
          "Sec-Fetch-Site": "cross-site",
          "Sec-Fetch-Mode": "navigate",
          "Sec-Fetch-Dest": "iframe",
        },
        /Other sites/,
      ],
    ];
    for (const [headers, words] of refused) {
      const answer = await ask("/runs", { headers });
      assert.equal(answer.status, 403, JSON.stringify(headers));
      assert.match(await answer.text(), words);
    }
    for (const host of ["localhost:8400", "[::1]:8400"]) {
      const headers = { Host: host, Origin: `http://${host}` };
      const answer = await ask("/runs", { headers });
      assert.equal(answer.status, 200, host);
      await answer.body?.cancel();
    }
  });
});

Deno.test("lab: paths that leave the store are refused, however they are written", async () => {
  await withLab(ours(), async (ask, store) => {
    await Deno.writeTextFile(`${store}.secret`, "secret");
    try {
      await Deno.symlink(`${store}.secret`, `${store}/${OURS}/link.txt`);
      await Deno.symlink("/", `${store}/echo/root`);
      for (
        const path of [
          "/runs/..%2f..%2fetc/passwd",
          "/runs/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
          `/runs/${OURS}/..%2f..%2f..%2fx`,
          `/runs/${OURS}/%00`,
          `/runs/${OURS}/a%5cb`,
          `/runs/${OURS}//test.json`,
          `/runs/${OURS}/%zz`,
          `/runs/${OURS}/link.txt`,
          "/runs/echo/root/etc/passwd",
          "/runs/echo/root/report.html",
        ]
      ) {
        const answer = await ask(path);
        const words = await answer.text();
        assert.equal(answer.status, 403, `${path}: ${words}`);
        assert.match(words, /no path|out of the store/);
      }
      for (
        const path of ["/runs/../../etc/passwd", `/runs/${OURS}`, "/etc/passwd"]
      ) {
        const answer = await ask(path);
        assert.equal(answer.status, 404, path);
        await answer.body?.cancel();
      }
    } finally {
      await Deno.remove(`${store}.secret`);
    }
  });
});

Deno.test("lab: other methods are refused in words", async () => {
  await withLab(ours(), async (ask) => {
    for (const method of ["PUT", "DELETE", "OPTIONS", "PATCH"]) {
      const answer = await ask("/runs", { method });
      assert.equal(answer.status, 405);
      assert.match(await answer.text(), new RegExp(method));
    }
    const post = await ask("/runs", { method: "POST" });
    assert.equal(post.status, 405);
    await post.body?.cancel();
  });
});

Deno.test("lab: a run's files are text, or what they are, and run no script here", async () => {
  await withLab({ ...ours(), ...maelstroms() }, async (ask) => {
    const log = await ask(`/runs/${OURS}/node-logs/n0.log`);
    assert.equal(await log.text(), "hello\n");
    assert.match(log.headers.get("Content-Type") ?? "", /^text\/plain/);
    for (const name of ["history.jsonl", "journal.jsonl", "test.json"]) {
      const file = await ask(`/runs/${OURS}/${name}`, { method: "HEAD" });
      assert.equal(file.status, 200, name);
      assert.match(file.headers.get("Content-Type") ?? "", /^text\/plain/);
      assert.equal(file.body, null);
    }
    const timeline = await ask(`/runs/${MAELSTROMS}/timeline.html`);
    assert.match(
      timeline.headers.get("Content-Security-Policy") ?? "",
      /^sandbox; default-src 'none'/,
    );
    assert.equal(timeline.headers.get("X-Content-Type-Options"), "nosniff");
    await timeline.body?.cancel();
    const missing = await ask(`/runs/${OURS}/node-logs/n9.log`);
    assert.equal(missing.status, 404);
    await missing.body?.cancel();
  });
});

Deno.test("lab: a report is made when somebody wants to see it, and kept", async () => {
  await withLab({ ...ours(), ...maelstroms() }, async (ask, store) => {
    for (const id of [OURS, MAELSTROMS]) {
      const page = await ask(`/runs/${id}/report.html`);
      assert.equal(page.status, 200);
      assert.match(
        await page.text(),
        /<title>(Valid: echo|Invalid: broadcast)/,
      );
      assert.match(
        page.headers.get("Content-Security-Policy") ?? "",
        /^sandbox allow-scripts; default-src 'none'/,
      );
      assert(existsSync(`${store}/${id}/report.html`));
    }
  });
});

Deno.test("lab: a run that can't be drawn is refused with the reason", async () => {
  const id = "echo/2026-11-25T030001.000Z-999999999";
  await withLab({ [`${id}/results.json`]: "{" }, async (ask) => {
    const page = await ask(`/runs/${id}/report.html`);
    assert.equal(page.status, 404);
    assert.match(await page.text(), /can't be drawn.*test\.json can't be read/);
  });
});

Deno.test("lab: a run is deleted with the page's token only", async () => {
  const other = "kafka/2026-11-24T030000.000Z-999999999";
  await withLab({ ...ours(), ...ours(other) }, async (ask, store) => {
    await Deno.symlink(`${store}/${OURS}`, `${store}/latest`);
    const token = tokenIn(await (await ask("/")).text());
    const remove = async (body: string, headers: Record<string, string>) => {
      const answer = await ask("/delete", { method: "POST", body, headers });
      return [answer.status, await answer.text()] as const;
    };
    const [status, words] = await remove(OURS, {});
    assert.equal(status, 403);
    assert.match(words, /own page/);
    assert.equal((await remove(OURS, { "X-Token": "x" }))[0], 403);
    for (const id of ["../..", "echo", "echo/..", "latest", `${OURS}/x`, ""]) {
      assert.equal((await remove(id, { "X-Token": token }))[0], 404, id);
    }
    assert(existsSync(`${store}/${OURS}/test.json`));
    assert.equal((await remove(OURS, { "X-Token": token }))[0], 200);
    assert(!existsSync(`${store}/echo`));
    assert.equal(await Deno.readLink(`${store}/latest`), `${store}/${other}`);
  });
});

Deno.test("lab: a run that is under way is not deleted", async () => {
  const id = `echo/2026-11-25T030000.000Z-${Deno.pid}`;
  await withLab({ [`${id}/journal.jsonl`]: "" }, async (ask) => {
    const token = tokenIn(await (await ask("/")).text());
    const answer = await ask("/delete", {
      ...{ method: "POST", body: id, headers: { "X-Token": token } },
    });
    assert.equal(answer.status, 409);
    assert.match(await answer.text(), /still running/);
  });
});

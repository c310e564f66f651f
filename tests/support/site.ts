/**
 * The playground, served as any static host would.
 *
 * @module
 */
import { playgroundFiles } from "../../workbench/site/playground_page.ts";

const types: Readonly<Record<string, string>> = {
  ...{ html: "text/html", js: "text/javascript", css: "text/css" },
};

let files: Map<string, string> | undefined;

/** A server of the playground's files, on a port of its own. */
export class Site implements AsyncDisposable {
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      files ??= new Map(Object.entries(playgroundFiles("files")));
      const name = new URL(request.url).pathname.slice(1) || "index.html";
      const text = files.get(name);
      const type = types[name.split(".").at(-1) ?? ""] ?? "text/plain";
      return new Response(text ?? "", {
        status: text === undefined ? 404 : 200,
        headers: { "Content-Type": type },
      });
    },
  );

  /** @param hash such as `#lesson/broadcast` */
  address(hash: string): URL {
    return new URL(`http://127.0.0.1:${this.#server.addr.port}/${hash}`);
  }

  /** Where a run is played. @param flags of `simulate` */
  addressOf(flags: string): URL {
    const words = flags.split(" ").map(encodeURIComponent).join("+");
    return this.address(`#play/${words}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

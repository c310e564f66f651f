/**
 * The checkers as a package for npm: modules and their types, and one file with
 * all of it for pages that have no bundler.
 *
 * @module
 */
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { RunError } from "../cluster/node_host.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What the package offers, and what older engines need for it. */
const library = `${root}workbench/check/mod.ts`;
const engines = `${root}viewer/older_engines.ts`;

/**
 * @param folder where the package goes; what is there is lost
 * @throws {RunError} it can't be made, and why
 */
export function buildPackage(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  compile(folder);
  const write = (name: string, text: string) =>
    writeFileSync(`${folder}/${name}`, text);
  const entry = 'export * from "./workbench/check/mod.js";\n';
  write("index.js", `import "./viewer/older_engines.js";\n${entry}`);
  write("index.d.ts", entry);
  write("package.json", `${JSON.stringify(manifest(), null, 2)}\n`);
  copyFileSync(`${root}LICENSE`, `${folder}/LICENSE`);
  copyFileSync(`${root}workbench/npm/README.md`, `${folder}/README.md`);
  bundle(folder);
}

function compile(folder: string): void {
  const program = ts.createProgram([library, engines], {
    allowImportingTsExtensions: true,
    declaration: true,
    lib: ["esnext", "dom", "dom.iterable", "dom.asynciterable"]
      .map((it) => `lib.${it}.d.ts`),
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    noEmitOnError: true,
    // core-js has no types.
    noUncheckedSideEffectImports: false,
    outDir: folder,
    rewriteRelativeImportExtensions: true,
    rootDir: root,
    strict: true,
    stripInternal: true,
    target: ts.ScriptTarget.ES2022,
    types: [],
  });
  const { diagnostics } = program.emit();
  const all = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (all.length === 0) return;
  throw new RunError(
    "The package can't be compiled: " + ts.formatDiagnostics(all, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => root,
      getNewLine: () => "\n",
    }),
  );
}

interface Config {
  readonly version: string;
  readonly license: string;
  readonly imports: Readonly<Record<string, string>>;
}

function manifest() {
  const { version, license, imports }: Config = JSON.parse(
    readFileSync(`${root}deno.json`, "utf8"),
  );
  const dependencies = Object.fromEntries(
    ["core-js/"].map((name) => {
      const [, id, version] = /^npm:\/?(.+)@([\d.]+)/.exec(imports[name]) ?? [];
      if (id === undefined) {
        throw new RunError(`deno.json has no version of ${name}`);
      }
      return [id, version];
    }),
  );
  return {
    name: "gossip-glomers-checkers",
    version,
    description: "Checkers of histories: linearizability, transactional " +
      "consistency, counters, sets, queues, as Knossos and Elle do",
    keywords: ["jepsen", "linearizability", "serializability", "isolation"],
    license,
    type: "module",
    engines: { node: ">=20" },
    exports: {
      ".": { types: "./index.d.ts", default: "./index.js" },
      "./bundle.js": { types: "./index.d.ts", default: "./bundle.js" },
      "./package.json": "./package.json",
    },
    types: "./index.d.ts",
    sideEffects: ["./index.js", "./viewer/older_engines.js"],
    dependencies,
  };
}

function bundle(folder: string): void {
  // Deno finds core-js by its own deno.json, not by the package's.
  const entry = `${root}workbench/npm/entry.ts`;
  const { success, stderr } = new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--platform", "browser", "--minify"],
      ...["--output", `${folder}/bundle.js`, entry],
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
  }).outputSync();
  if (success) return;
  throw new RunError(
    `The package can't be bundled: ${new TextDecoder().decode(stderr)}`,
  );
}

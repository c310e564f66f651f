/**
 * Keeps programs under simulation from the machine's clocks, timers and
 * randomness: what they give can't be had again from a seed. Whoever asks for
 * them gets an error that says what to use instead, however it is reached:
 * as a global, by an import of a built-in module or by `require`, from the
 * program or from a package that it imports.
 *
 * What the workbench itself needs of these, it takes before they are guarded.
 *
 * @module
 */
import { registerHooks, syncBuiltinESMExports } from "node:module";
import process from "node:process";
import { Script } from "node:vm";
import {
  CHANCE,
  CLOCK,
  type Functions,
  guardedFunction,
  guardFunctions,
  guardWeb,
  type Instead,
  place,
  refuse,
  replace,
  subtleCrypto,
  TIMER,
} from "./web_guard.ts";

export { caught, refusals, start, stop } from "./web_guard.ts";

const ARGUMENTS = "node.option() or node.flag(), and call run() only " +
  "`if (import.meta.main)`";
const LOG = "node.log() or console.error()";

/** Guarded names, by a pattern of them, with what to use instead. */
type Guarded = readonly (readonly [names: RegExp, instead: Instead])[];

const timers: Guarded = [[/^set|^scheduler$/, TIMER]];

const builtIns: Readonly<Record<string, Guarded>> = {
  "node:crypto": [
    [/^(random|generate|getRandom|pseudoRandom|p?rng$)/, CHANCE],
    // Keys of their own, random padding, random nonces.
    [/DiffieHellman|ECDH|^(publicEncrypt|sign|createSign|Sign)$/, CHANCE],
    [/^(checkPrime|hkdf|pbkdf2|scrypt)$/, "its twin that ends with Sync"],
  ],
  "node:inspector": [[/^Session$/, undefined]],
  "node:perf_hooks": [
    [/^(eventLoopUtilization|monitorEventLoopDelay|timerify)$/, CLOCK],
    [/Observer$/, undefined],
  ],
  "node:process": [
    [/^(hrtime|uptime)$/, CLOCK],
    [/^nextTick$/, "queueMicrotask() or node.after()"],
    [/^getBuiltinModule$/, "import"],
    [/^argv0?$/, ARGUMENTS],
    [/^(stdin|_*abort|chdir|dlopen|binding|loadEnvFile|p?pid)$/, undefined],
    [/^(cwd|execPath|title|report)$|[eE]xit$|[kK]ill$/, undefined],
    [/[uU]sage$|Memory$|^_?getActive/, undefined],
  ],
  "node:sqlite": [[/^DatabaseSync$/, undefined]],
  "node:timers": [...timers, [/^promises$/, TIMER]],
  "node:timers/promises": timers,
  "node:v8": [[/[hH]eap|Profiler|Coverage|^setFlags|^queryObj/, undefined]],
  // A context has a Date and a Math of its own.
  "node:vm": [[/^(create|runIn|runInNew)Context$/, "runInThisContext()"]],
};

/** What needs a permission is Deno's to refuse. */
const denos: Guarded = [
  [/^args$/, ARGUMENTS],
  [/^std(out|err)$/, LOG],
  [/^(stdin|p?pid|memoryUsage|cpuUsage|exit|exitCode|cron)$/, undefined],
  [/^(cwd|execPath|mainModule)$|internal/, undefined],
  [/SignalListener$|refTimer$/, undefined],
];

const builtIn = (name: string): object => process.getBuiltinModule(name) ?? {};

/** Refuses whatever is asked of it. */
function guardedValue(name: string, instead: Instead): object {
  return new Proxy(Function, {
    get: () => refuse(name, instead),
    apply: () => refuse(`${name}()`, instead),
    construct(target) {
      refuse(`new ${name}()`, instead);
      return target;
    },
  });
}

/**
 * A copy of an object, in which some properties are guarded. The others are the
 * real one's, also when they change.
 */
function guardedObject<T extends object>(
  real: T,
  title: string,
  guarded: Guarded,
): T {
  const copy: T = Object.create(Object.getPrototypeOf(real));
  for (const key of Reflect.ownKeys(real)) {
    const found = guarded.find(([names]) => names.test(String(key)));
    const name = title + place(key);
    const { value, enumerable } = Object.getOwnPropertyDescriptor(real, key) ??
      {};
    Object.defineProperty(copy, key, {
      configurable: true,
      enumerable,
      ...(found !== undefined && typeof value === "function"
        ? { writable: true, value: guardedFunction(value, name, found[1]) }
        : {
          get() {
            if (found !== undefined) refuse(name, found[1]);
            return Reflect.get(real, key);
          },
          set(to: unknown) {
            Reflect.set(real, key, to);
          },
        }),
    });
  }
  return copy;
}

/** `timers.promises` for `node:timers/promises`. */
const titleOf = (module: string) =>
  module.replace("node:", "").replace("/", ".");

const guardedModules = new Map(
  Object.entries(builtIns).map(([name, guarded]) => {
    return [name, guardedObject(builtIn(name), titleOf(name), guarded)];
  }),
);

/** A built-in module as programs see it, or undefined if it is harmless. */
export const guardedModule = (name: string): object | undefined =>
  guardedModules.get(name);

/** What a built-in module exports under a name, without asking for it. */
export function guardedExport(module: string, name: string): unknown {
  const found = builtIns[module].find(([names]) => names.test(name));
  const { value } = Object.getOwnPropertyDescriptor(builtIn(module), name) ??
    {};
  return found === undefined || typeof value === "function"
    ? Reflect.get(guardedModules.get(module) ?? {}, name)
    : guardedValue(`${titleOf(module)}.${name}`, found[1]);
}

/** A module that exports what is guarded in place of a built-in one. */
function sourceOf(name: string): string {
  const names = Object.getOwnPropertyNames(builtIn(name))
    .filter((it) => it !== "default");
  const module = JSON.stringify(name);
  return [
    `import { guardedExport, guardedModule } from "${import.meta.url}";`,
    `const module = guardedModule(${module});`,
    `export { module as default, module as "module.exports" };`,
    ...names.map((it, i) =>
      `const x${i} = guardedExport(${module}, "${it}");\n` +
      `export { x${i} as "${it}" };`
    ),
  ].join("\n");
}

/** Further functions and classes, by who has them. */
const functions: Functions = [
  ...subtleCrypto(
    "createHash() and the like of node:crypto, which don't work behind the " +
      "clock's back",
  ),
  [
    // Deno loads this module without asking hooks.
    builtIn("node:worker_threads"),
    "worker_threads.",
    "Worker MessageChannel BroadcastChannel",
    undefined,
  ],
  [
    Script.prototype,
    "vm.Script.",
    "runInContext runInNewContext",
    "runInThisContext()",
  ],
];

/** Guards the machine, as soon as {@linkcode start} is called; once. */
export function install(): void {
  const prefix = new URL("guarded/", import.meta.url).href;
  registerHooks({
    resolve(specifier, context, next) {
      const name = `node:${specifier.replace(/^node:/, "")}`;
      return guardedModules.has(name)
        ? { url: prefix + encodeURIComponent(name), shortCircuit: true }
        : next(specifier, context);
    },
    load(url, context, next) {
      if (!url.startsWith(prefix)) return next(url, context);
      const name = decodeURIComponent(url.slice(prefix.length));
      return { format: "module", source: sourceOf(name), shortCircuit: true };
    },
  });
  guardWeb();
  guardFunctions(functions);
  syncBuiltinESMExports();
  replace(globalThis, "Deno", guardedObject(Deno, "Deno", denos));
  replace(globalThis, "process", guardedModule("node:process"));
  // Node's own listener asks for the process's id.
  process.removeAllListeners("warning");
  process.on("warning", (warning) => console.error(`${warning}`));
}

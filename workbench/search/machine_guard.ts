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
import { registerHooks } from "node:module";
import process from "node:process";

/** A program asked the machine for what it should ask its node for. */
export class MachineAccess extends Error {
  override readonly name = "MachineAccess";
}

/** What to use instead; undefined where there is no such thing. */
type Instead = string | undefined;

const CLOCK = "node.now()";
const TIMER = "node.sleep(), node.after() or node.every()";
const CHANCE = "node.random() or node.pick()";
const ARGUMENTS = "node.option() or node.flag(), and call run() only " +
  "`if (import.meta.main)`";
const MESSAGES = "node.send(), node.rpc() or the clients of the services";
const LOG = "node.log() or console.error()";

/** Guarded names, by a pattern of them, with what to use instead. */
type Guarded = readonly (readonly [names: RegExp, instead: Instead])[];

const timers: Guarded = [[/^set|^scheduler$/, TIMER]];

const builtIns: Readonly<Record<string, Guarded>> = {
  "node:crypto": [[/^(random|generate|getRandom)/, CHANCE]],
  "node:process": [
    [/^(hrtime|uptime)$/, CLOCK],
    [/^nextTick$/, "queueMicrotask() or node.after()"],
    [/^getBuiltinModule$/, "import"],
    [/^(stdin|abort|chdir|dlopen|exit|kill|loadEnvFile|p?pid)$/, undefined],
    [/[uU]sage$|Memory$|^getActive/, undefined],
  ],
  "node:timers": timers,
  "node:timers/promises": timers,
};

/** What needs a permission is Deno's to refuse. */
const denos: Guarded = [
  [/^args$/, ARGUMENTS],
  [/^std(out|err)$/, LOG],
  [/^(stdin|p?pid|memoryUsage|exit|exitCode|cron)$/, undefined],
  [/SignalListener$|refTimer$/, undefined],
];

/** Functions and classes, by who has them. */
const functions: readonly [
  owner: object | undefined,
  title: string,
  names: string,
  instead: Instead,
][] = [
  [globalThis, "", "setTimeout setInterval setImmediate", TIMER],
  [globalThis, "", "fetch WebSocket EventSource BroadcastChannel", MESSAGES],
  [globalThis, "", "Worker MessageChannel prompt alert confirm", undefined],
  [globalThis, "", "close", undefined],
  [Date, "Date.", "now", CLOCK],
  [Math, "Math.", "random", CHANCE],
  [
    Temporal.Now,
    "Temporal.Now.",
    "instant plainDateISO plainDateTimeISO plainTimeISO zonedDateTimeISO",
    CLOCK,
  ],
  [Performance.prototype, "performance.", "now mark measure toJSON", CLOCK],
  [Crypto.prototype, "crypto.", "getRandomValues randomUUID", CHANCE],
  [
    SubtleCrypto.prototype,
    "crypto.subtle.",
    "decrypt deriveBits deriveKey digest encrypt exportKey generateKey " +
    "importKey sign unwrapKey verify wrapKey",
    "createHash() and the like of node:crypto, which don't work behind the " +
    "clock's back",
  ],
  [
    AbortSignal,
    "AbortSignal.",
    "timeout",
    "new AbortController() and " + TIMER,
  ],
  [Atomics, "Atomics.", "wait waitAsync", TIMER],
];

/** Values that differ from machine to machine, or run to run. */
const values: readonly [owner: object, title: string, names: string][] = [
  [globalThis, "", "localStorage sessionStorage caches"],
  [Performance.prototype, "performance.", "timeOrigin"],
  [Navigator.prototype, "navigator.", "hardwareConcurrency language languages"],
];

/** Something that a program asked for and was refused. */
export interface Refusal {
  /** What it was, and what to use instead. */
  readonly text: string;
  /** Where in the program, as far as the stack tells. */
  readonly where: string;
}

/** What was asked for, each once; undefined while nothing is guarded. */
let refused: Refusal[] | undefined;

/** From now on the machine is guarded, until {@linkcode stop}. */
export function start(): void {
  refused = [];
}

/** The machine is there again, for the workbench. */
export function stop(): void {
  refused = undefined;
}

/** What was refused since {@linkcode start}. */
export function refusals(): readonly Refusal[] {
  return refused ?? [];
}

/** @throws {MachineAccess} the machine is guarded */
function refuse(name: string, instead: Instead): void {
  if (refused === undefined) return;
  const text = `${name} is the machine's, not the simulation's: ` +
    (instead === undefined ? "there is nothing like it" : `use ${instead}`);
  const error = new MachineAccess(text);
  if (!refused.some((it) => it.text === text)) {
    const frames = error.stack?.split("\n").filter((line) =>
      /^ +at .*:\d+:\d+\)?$/.test(line) && !line.includes(import.meta.url)
    );
    refused.push({ text, where: frames?.[0]?.trim() ?? "" });
  }
  throw error;
}

/** A function or class that can't be called while the machine is guarded. */
function guardedFunction<F extends object>(
  real: F,
  name: string,
  instead: Instead,
): F {
  return new Proxy(real, {
    apply(target, self, args) {
      refuse(`${name}()`, instead);
      return Reflect.apply(target as never, self, args);
    },
    construct(target, args, newTarget) {
      refuse(`new ${name}()`, instead);
      return Reflect.construct(target as never, args, newTarget);
    },
    get(target, key) {
      const value = Reflect.get(target, key);
      const isOwn = Object.hasOwn(target, key) && key !== "prototype";
      return isOwn && typeof value === "function" // process.hrtime.bigint
        ? guardedFunction(value, `${name}.${String(key)}`, instead)
        : value;
    },
  });
}

/** Refuses whatever is asked of it. */
function guardedValue(name: string, instead: Instead): object {
  return new Proxy({}, { get: () => refuse(name, instead) });
}

/** An object of which some properties are guarded. */
function guardedObject<T extends object>(
  real: T,
  title: string,
  guarded: Guarded,
): T {
  const known = new Map<string, unknown>();
  return new Proxy(real, {
    get(target, key) {
      const found = typeof key === "string" && key in target &&
        guarded.find(([names]) => names.test(key));
      if (!found || typeof key !== "string") return Reflect.get(target, key);
      const name = `${title}.${key}`;
      const { value } = Object.getOwnPropertyDescriptor(target, key) ?? {};
      if (typeof value !== "function") {
        refuse(name, found[1]);
        return Reflect.get(target, key);
      }
      return known.getOrInsertComputed(
        key,
        () => guardedFunction(value, name, found[1]),
      );
    },
  });
}

/** The date of a number is harmless; the date of now is not. */
function guardedDate(): typeof Date {
  return new Proxy(Date, {
    apply(target, self, args) {
      refuse("Date()", CLOCK);
      return Reflect.apply(target, self, args);
    },
    construct(target, args, newTarget) {
      if (args.length === 0) refuse("new Date()", CLOCK);
      return Reflect.construct(target, args, newTarget);
    },
  });
}

const builtIn = (name: string): object => process.getBuiltinModule(name) ?? {};

const guardedModules = new Map(
  Object.entries(builtIns).map(([name, guarded]) => {
    const title = name.replace("node:", "").replace("/", ".");
    return [name, guardedObject(builtIn(name), title, guarded)];
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
    : guardedValue(`${module.slice("node:".length)}.${name}`, found[1]);
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
  for (const [owner, title, names, instead] of functions) {
    for (const name of names.split(" ")) {
      const real: unknown = owner && Reflect.get(owner, name);
      if (owner === undefined || typeof real !== "function") continue;
      Object.defineProperty(owner, name, {
        configurable: true,
        writable: true,
        value: guardedFunction(real, title + name, instead),
      });
    }
  }
  for (const [owner, title, names] of values) {
    for (const name of names.split(" ")) {
      const { get } = Object.getOwnPropertyDescriptor(owner, name) ?? {};
      if (get === undefined) continue;
      Object.defineProperty(owner, name, {
        configurable: true,
        get() {
          refuse(title + name, undefined);
          return Reflect.apply(get, this, []);
        },
      });
    }
  }
  const date = guardedDate();
  Date.prototype.constructor = date;
  for (
    const [name, value] of Object.entries({
      Date: date,
      Deno: guardedObject(Deno, "Deno", denos),
      process: guardedModule("node:process"),
    })
  ) {
    Object.defineProperty(globalThis, name, {
      configurable: true,
      writable: true,
      value,
    });
  }
}

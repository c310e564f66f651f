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
  [
    // Deno loads this module without asking hooks.
    builtIn("node:worker_threads"),
    "worker_threads.",
    "Worker MessageChannel BroadcastChannel",
    undefined,
  ],
  [Date, "Date.", "now", CLOCK],
  [Math, "Math.", "random", CHANCE],
  [
    Temporal.Now,
    "Temporal.Now.",
    "instant plainDateISO plainDateTimeISO plainTimeISO zonedDateTimeISO",
    CLOCK,
  ],
  [Performance.prototype, "performance.", "now mark measure toJSON", CLOCK],
  [performance, "performance.", "eventLoopUtilization timerify", CLOCK],
  [globalThis, "", "PerformanceObserver", undefined],
  [console, "console.", "time timeEnd timeLog timeStamp", CLOCK],
  [Crypto.prototype, "crypto.", "getRandomValues randomUUID", CHANCE],
  [
    SubtleCrypto.prototype,
    "crypto.subtle.",
    Object.getOwnPropertyNames(SubtleCrypto.prototype).join(" "),
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
  [URL, "URL.", "createObjectURL", CHANCE],
  [
    Script.prototype,
    "vm.Script.",
    "runInContext runInNewContext",
    "runInThisContext()",
  ],
];

/** What asks for the time unless a call says one: which argument that is. */
const dated: readonly [
  owner: object,
  title: string,
  name: string,
  saysTime: (args: readonly unknown[]) => boolean,
][] = [
  [globalThis, "", "Date", (args) => args.length > 0],
  [globalThis, "", "File", ([, , options]) => has(options, "lastModified")],
  [globalThis, "", "PerformanceMark", ([, mark]) => has(mark, "startTime")],
  [
    Intl.DateTimeFormat.prototype,
    "Intl.DateTimeFormat.",
    "formatToParts",
    ([date]) => date !== undefined,
  ],
];

function has(options: unknown, name: string): boolean {
  return typeof options === "object" && options !== null &&
    Reflect.get(options, name) !== undefined;
}

/** Values that differ from machine to machine, or run to run. */
const values: readonly [owner: object, title: string, names: string][] = [
  [globalThis, "", "localStorage sessionStorage caches"],
  [Performance.prototype, "performance.", "timeOrigin"],
  [
    Navigator.prototype,
    "navigator.",
    "gpu hardwareConcurrency language languages locks",
  ],
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

/** How code gets at a property. */
const place = (key: string | symbol): string =>
  typeof key === "string" ? `.${key}` : `[${key.description}]`;

/** A function or class that can't be called while the machine is guarded. */
function guardedFunction<F extends object>(
  real: F,
  name: string,
  instead: Instead,
): F {
  /** Such as `process.hrtime.bigint`. */
  const member = (key: string | symbol, value: unknown): unknown =>
    typeof value === "function" && key !== "prototype"
      ? guardedFunction(value, name + place(key), instead)
      : value;
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
      return Object.hasOwn(target, key)
        ? member(key, Reflect.get(target, key))
        : Reflect.get(target, key);
    },
    getOwnPropertyDescriptor(target, key) {
      const found = Reflect.getOwnPropertyDescriptor(target, key);
      return found?.configurable && "value" in found
        ? { ...found, value: member(key, found.value) }
        : found;
    },
  });
}

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

/** A function or class that must be told a time while the machine is guarded. */
function guardedUntold<F extends object>(
  real: F,
  name: string,
  saysTime: (args: readonly unknown[]) => boolean,
): F {
  return new Proxy(real, {
    apply(target, self, args) {
      // Date() is a text of now, whatever it is given.
      if (target === Date || !saysTime(args)) refuse(`${name}()`, CLOCK);
      return Reflect.apply(target as never, self, args);
    },
    construct(target, args, newTarget) {
      if (!saysTime(args)) refuse(`new ${name}()`, CLOCK);
      return Reflect.construct(target as never, args, newTarget);
    },
  });
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
      replace(owner, name, guardedFunction(real, title + name, instead));
    }
  }
  for (const [owner, title, name, saysTime] of dated) {
    const real: unknown = Reflect.get(owner, name);
    if (typeof real !== "function") continue;
    replace(owner, name, guardedUntold(real, title + name, saysTime));
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
  syncBuiltinESMExports();
  guardFormat();
  replace(globalThis, "Deno", guardedObject(Deno, "Deno", denos));
  replace(globalThis, "process", guardedModule("node:process"));
  // Node's own listener asks for the process's id.
  process.removeAllListeners("warning");
  process.on("warning", (warning) => console.error(`${warning}`));
}

/** A class is also reached by its instances, a function by its prototype. */
function replace(owner: object, name: string, value: unknown): void {
  const real: unknown = Reflect.get(owner, name);
  Object.defineProperty(owner, name, {
    configurable: true,
    writable: true,
    value,
  });
  if (typeof real !== "function" || real.prototype === undefined) return;
  Object.defineProperty(real.prototype, "constructor", {
    configurable: true,
    writable: true,
    value,
  });
}

/** `format` is a function of its own for each format. */
function guardFormat(): void {
  const { prototype } = Intl.DateTimeFormat;
  const { get } = Object.getOwnPropertyDescriptor(prototype, "format") ?? {};
  if (get === undefined) return;
  const name = "Intl.DateTimeFormat.format";
  Object.defineProperty(prototype, "format", {
    configurable: true,
    get() {
      const format = Reflect.apply(get, this, []);
      return guardedUntold(format, name, ([date]) => date !== undefined);
    },
  });
}

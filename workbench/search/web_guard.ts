/**
 * Keeps programs under simulation from what every JavaScript engine has of the
 * machine: clocks, timers, chance, other threads and hosts. What Deno and Node.js
 * have besides is guarded in machine_guard.ts.
 *
 * What the workbench itself needs of these, it takes before they are guarded.
 *
 * @module
 */
/** A program asked the machine for what it should ask its node for. */
export class MachineAccess extends Error {
  override readonly name = "MachineAccess";
}

/** What to use instead; undefined where there is no such thing. */
export type Instead = string | undefined;

export const CLOCK = "node.now()";
export const TIMER = "node.sleep(), node.after() or node.every()";
export const CHANCE = "node.random() or node.pick()";
export const MESSAGES =
  "node.send(), node.rpc() or the clients of the services";
/** Something that is there in some engines only. */
const global = (name: string): object | undefined =>
  Reflect.get(globalThis, name);

const prototypeOf = (name: string): object | undefined =>
  Reflect.get(global(name) ?? {}, "prototype");

/** Functions and classes, by who has them. */
export type Functions = readonly (readonly [
  owner: object | undefined,
  title: string,
  names: string,
  instead: Instead,
])[];

const functions: Functions = [
  [globalThis, "", "setTimeout setInterval setImmediate", TIMER],
  [globalThis, "", "fetch WebSocket EventSource BroadcastChannel", MESSAGES],
  [globalThis, "", "Worker MessageChannel prompt alert confirm", undefined],
  [globalThis, "", "close", undefined],
  [Date, "Date.", "now", CLOCK],
  [Math, "Math.", "random", CHANCE],
  [
    Reflect.get(global("Temporal") ?? {}, "Now"),
    "Temporal.Now.",
    "instant plainDateISO plainDateTimeISO plainTimeISO zonedDateTimeISO",
    CLOCK,
  ],
  [
    prototypeOf("Performance"),
    "performance.",
    "now mark measure toJSON getEntries getEntriesByName getEntriesByType",
    CLOCK,
  ],
  [performance, "performance.", "eventLoopUtilization timerify", CLOCK],
  [globalThis, "", "PerformanceObserver", undefined],
  [console, "console.", "time timeEnd timeLog timeStamp", CLOCK],
  [prototypeOf("Crypto"), "crypto.", "getRandomValues randomUUID", CHANCE],
  [
    AbortSignal,
    "AbortSignal.",
    "timeout",
    "new AbortController() and " + TIMER,
  ],
  [Atomics, "Atomics.", "wait waitAsync", TIMER],
  [URL, "URL.", "createObjectURL", CHANCE],
];

/** Works behind the clock's back. */
export const subtleCrypto = (instead: Instead): Functions => [[
  prototypeOf("SubtleCrypto"),
  "crypto.subtle.",
  Object.getOwnPropertyNames(prototypeOf("SubtleCrypto") ?? {}).join(" "),
  instead,
]];

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

/** Values that differ from machine to machine, or run to run, by who has them. */
export type Values = readonly (readonly [
  owner: object | undefined,
  title: string,
  names: string,
  instead: Instead,
])[];

export const navigatorPrototype = prototypeOf("Navigator") ??
  prototypeOf("WorkerNavigator");

const values: Values = [
  [
    globalThis,
    "",
    "localStorage sessionStorage caches indexedDB cookieStore",
    undefined,
  ],
  [globalThis, "", "scheduler", TIMER],
  [prototypeOf("Performance"), "performance.", "timeOrigin", undefined],
  [prototypeOf("Event"), "event.", "timeStamp", CLOCK],
  [
    navigatorPrototype,
    "navigator.",
    "gpu hardwareConcurrency language languages locks",
    undefined,
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

/**
 * What was refused, and not told: a program caught the error.
 *
 * @param told what is told of a run
 */
export const caught = (told: readonly string[]): string[] =>
  refusals()
    .filter(({ text }) => !told.some((it) => it.includes(text)))
    .map(({ text, where }) =>
      "The program caught an error that says why it may not work: " +
      `${text}, ${where}`
    );

/** @throws {MachineAccess} the machine is guarded */
export function refuse(name: string, instead: Instead): void {
  if (refused === undefined) return;
  const text = `${name} is the machine's, not the simulation's: ` +
    (instead === undefined ? "there is nothing like it" : `use ${instead}`);
  const error = new MachineAccess(text);
  if (!refused.some((it) => it.text === text)) {
    // A program may have made anything of stacks. Firefox' lines are `f@file:1:2`.
    const frame = `${error.stack}`.split("\n").find((line) =>
      /^ +at .*:\d+:\d+\)?$|@.*:\d+:\d+$/.test(line) &&
      !line.includes(import.meta.url)
    );
    refused.push({ text, where: frame?.trim() ?? "" });
  }
  throw error;
}

/** How code gets at a property. */
export const place = (key: string | symbol): string =>
  typeof key === "string" ? `.${key}` : `[${key.description}]`;

/** A function or class that can't be called while the machine is guarded. */
export function guardedFunction<F extends object>(
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

/** In a browser's worker, much of what is global is its prototypes'. */
function holderOf(
  owner: object | undefined,
  name: string,
): object | undefined {
  let holder: object | null = owner ?? null;
  while (holder !== null && !Object.hasOwn(holder, name)) {
    holder = Object.getPrototypeOf(holder);
  }
  return holder ?? undefined;
}

/** Guards functions and classes, as soon as {@linkcode start} is called. */
export function guardFunctions(functions: Functions): void {
  for (const [owner, title, names, instead] of functions) {
    for (const name of names.split(" ")) {
      const holder = holderOf(owner, name);
      const real: unknown = holder && Reflect.get(holder, name);
      if (holder === undefined || typeof real !== "function") continue;
      replace(holder, name, guardedFunction(real, title + name, instead));
    }
  }
}

/** Guards what every engine has, as soon as {@linkcode start} is called; once. */
export function guardWeb(): void {
  guardFunctions(functions);
  for (const [owner, title, name, saysTime] of dated) {
    const real: unknown = Reflect.get(owner, name);
    if (typeof real !== "function") continue;
    replace(owner, name, guardedUntold(real, title + name, saysTime));
  }
  guardValues(values);
  guardFormat();
}

/** Guards values, as soon as {@linkcode start} is called. */
export function guardValues(values: Values): void {
  for (const [owner, title, names, instead] of values) {
    for (const name of names.split(" ")) {
      const holder = holderOf(owner, name);
      const { get } = Object.getOwnPropertyDescriptor(holder ?? {}, name) ??
        {};
      if (holder === undefined || get === undefined) continue;
      Object.defineProperty(holder, name, {
        configurable: true,
        get() {
          refuse(title + name, instead);
          return Reflect.apply(get, this, []);
        },
      });
    }
  }
}

/** A class is also reached by its instances, a function by its prototype. */
export function replace(owner: object, name: string, value: unknown): void {
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

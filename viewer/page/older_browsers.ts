/**
 * What the page uses and browsers of the last years may not have.
 *
 * @module
 */

/** Adds a method where there is none. */
function add(
  prototype: object,
  name: string,
  method: (...given: never[]) => unknown,
): void {
  if (name in prototype) return;
  Object.defineProperty(prototype, name, {
    value: method,
    configurable: true,
    writable: true,
  });
}

interface Mapping<K, V> {
  has(key: K): boolean;
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
}

for (const { prototype } of [Map, WeakMap]) {
  add(prototype, "getOrInsert", function <
    K,
    V,
  >(this: Mapping<K, V>, key: K, value: V) {
    if (!this.has(key)) this.set(key, value);
    return this.get(key);
  });
  add(prototype, "getOrInsertComputed", function <
    K,
    V,
  >(this: Mapping<K, V>, key: K, make: (key: K) => V) {
    if (!this.has(key)) this.set(key, make(key));
    return this.get(key);
  });
}

add(
  Uint8Array,
  "fromBase64",
  (text: string) => Uint8Array.from(atob(text), (it) => it.charCodeAt(0)),
);

import assert from "node:assert/strict";
import { Places } from "../../../viewer/pictures/places.ts";

/** Values, and the same letter where the place is the same. */
function scanned(...bodies: string[]): string[] {
  const places = new Places();
  const letters = new Map<number, string>();
  return bodies.map((body) => {
    const found: string[] = [];
    places.scan("news", body, (value, place) => {
      const letter = letters.getOrInsertComputed(
        place,
        () => String.fromCharCode(97 + letters.size),
      );
      found.push(`${letter}${value}`);
    });
    return found.join(" ");
  });
}

Deno.test("places: numbers at the same place of messages are told from others", () => {
  assert.deepEqual(
    scanned(
      '{"type":"news","msg_id":7,"value":1,"of":[["n0",3,[4,5]],["n1",6,[8]]]}',
      '{"value":2,"of":[["n0",9]],"type":"news","in_reply_to":3}',
    ),
    ["a1 b3 c4 d5 b6 c8", "a2 b9"],
  );
});

Deno.test("places: what is keyed by nodes' names is one place", () => {
  assert.deepEqual(
    scanned('{"have":{"n0":1,"n1":2},"a\\"1":{"b":"5"},"x":-1.5e2}'),
    ["a1 a2 b-150"],
  );
});

Deno.test("places: what was cut off is read until there, and no JSON does no harm", () => {
  assert.deepEqual(
    scanned('{"all":[1,2,33… (90 characters)', "]]}{[[1", "", "[2"),
    ["a1 b2", "c1", "", "d2"],
  );
});

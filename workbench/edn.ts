/**
 * Results in EDN, under the keys that Maelstrom's users know: `valid` becomes
 * `:valid?`, `msgsPerOp` becomes `:msgs-per-op`.
 *
 * https://github.com/edn-format/edn
 *
 * @module
 */

export function toEdn(value: unknown, indent = ""): string {
  const inner = `${indent} `;
  if (value === null || value === undefined) return "nil";
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => toEdn(item, inner));
    const oneLine = `[${items.join(" ")}]`;
    return oneLine.length <= 80 ? oneLine : `[${items.join(`\n${inner}`)}]`;
  }
  if (typeof value === "object") {
    // Numbers as keys are quantiles: in their order, not JavaScript's.
    const sorted = Object.entries(value).sort(([a], [b]) =>
      Number(a) - Number(b) || 0
    );
    const entries = sorted.map(([key, item]) =>
      `${keyToEdn(key)} ${
        key === "valid" && item === "unknown" ? ":unknown" : toEdn(item, inner)
      }`
    );
    return `{${entries.join(`,\n${inner}`)}}`;
  }
  return String(value);
}

function keyToEdn(key: string): string {
  if (key === "valid") return ":valid?";
  if (/^\d+(\.\d+)?$/.test(key)) return key;
  if (!/^[A-Za-z][\w-]*$/.test(key)) return JSON.stringify(key);
  // But G1c, the name of an anomaly, stays.
  const kebab = key.replaceAll(
    /(?<=[a-z\d])[A-Z]/g,
    (c) => `-${c.toLowerCase()}`,
  );
  return `:${kebab}`;
}

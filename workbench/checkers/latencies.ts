import { type History, NEMESIS } from "../load/history.ts";
import { type Quantiles, quantiles } from "./result.ts";

/** How long operations took that ended ok, in ms; empty if none did. */
export function latenciesOf(history: History): Quantiles {
  const begun = new Map<unknown, number>();
  const taken: number[] = [];
  for (const { type, process, time } of history) {
    if (process === NEMESIS) continue;
    const begin = begun.get(process);
    if (type === "ok" && begin !== undefined) taken.push((time - begin) / 1e6);
    if (type === "invoke") begun.set(process, time);
  }
  return quantiles(taken) ?? {};
}

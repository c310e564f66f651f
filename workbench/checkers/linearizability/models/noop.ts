/**
 * An object of which nothing is known, as Knossos' `noop`.
 *
 * @module
 */
import { type HistoryModel } from "../model.ts";

/** Whatever happens is right. */
export const noop: HistoryModel<null, null> = {
  name: "noop",
  init: null,
  step: () => null,
  operation: () => undefined,
};

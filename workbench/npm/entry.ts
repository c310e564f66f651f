/**
 * What the package's modules are made from.
 *
 * @module
 */
import "../../viewer/older_engines.ts";
export * from "../check/mod.ts";

/**
 * The command `npm`: makes a package for npm of the checkers.
 *
 * @module
 */
import { relative, resolve } from "node:path";
import { buildPackage } from "./build.ts";

const folder = resolve("npm");
buildPackage(folder);
const shown = relative("", folder);
console.log(
  `The package is in ${shown}/. To pack it: cd ${shown} && npm pack`,
);

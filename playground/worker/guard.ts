/**
 * Keeps a program in a worker from the machine, the page and other hosts.
 *
 * @module
 */
import {
  guardFunctions,
  guardWeb,
  MESSAGES,
} from "../../workbench/search/web_guard.ts";

export { refusals, start, stop } from "../../workbench/search/web_guard.ts";

/** To be called once, when the worker itself has taken what it needs. */
export function install(): void {
  guardWeb();
  guardFunctions([
    [globalThis, "", "XMLHttpRequest WebTransport postMessage", MESSAGES],
    [globalThis, "", "importScripts requestAnimationFrame", undefined],
  ]);
}

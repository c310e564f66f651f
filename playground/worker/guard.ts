/**
 * Keeps a program in a worker from the machine, the page and other hosts, as
 * long as it does not mean to get there: what nobody gets around is the page's
 * policy.
 *
 * @module
 */
import {
  type Functions,
  guardFunctions,
  guardValues,
  guardWeb,
  MESSAGES,
  navigatorPrototype,
  subtleCrypto,
  type Values,
} from "../../workbench/search/web_guard.ts";

export { caught, start } from "../../workbench/search/web_guard.ts";

const functions: Functions = [
  ...subtleCrypto(undefined),
  [
    globalThis,
    "",
    "XMLHttpRequest WebTransport WebSocketStream postMessage",
    MESSAGES,
  ],
  [
    globalThis,
    "",
    "importScripts Notification requestAnimationFrame createImageBitmap FontFace " +
    "webkitRequestFileSystem webkitRequestFileSystemSync " +
    "webkitResolveLocalFileSystemURL webkitResolveLocalFileSystemSyncURL",
    undefined,
  ],
];

const values: Values = [
  [globalThis, "", "fonts", undefined],
  [
    navigatorPrototype,
    "navigator.",
    "appVersion connection deviceMemory hid mediaCapabilities onLine " +
    "permissions platform serial serviceWorker storage storageBuckets usb " +
    "userAgent userAgentData",
    undefined,
  ],
];

/** To be called once, when the worker itself has taken what it needs. */
export function install(): void {
  guardWeb();
  guardFunctions(functions);
  guardValues(values);
}

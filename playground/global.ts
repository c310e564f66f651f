/**
 * What a library (the command line's parser) calls the global object, which
 * browsers don't know by that name. To be imported first.
 *
 * @module
 */
Object.assign(globalThis, { global: globalThis });

/** Who is who in a network, by the names. @module */

/** Whether somebody is a client. */
export const isClient = (id: string) => id.charCodeAt(0) === 99; // c

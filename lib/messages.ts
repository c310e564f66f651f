/**
 * Messages as they travel.
 *
 * @module
 */

/** What a message says: its `type`, and what else that type carries. */
export interface Body {
  readonly type: string;
  /** On requests: the sender's number for this message. */
  readonly msg_id?: number;
  /** On replies: the `msg_id` of the request. */
  readonly in_reply_to?: number;
  readonly [field: string]: unknown;
}

/** A message as it travels, one line of JSON each. */
export interface Message<B = Body> {
  readonly src: string;
  readonly dest: string;
  readonly body: B;
}

declare const kind: unique symbol;

/** A string that says at compile time whose id it is. */
export type Id<Kind extends string> = string & { readonly [kind]: Kind };

/** One B2C platform (tenant). Configured by the operator. */
export type AppId = Id<'App'>;

/** A person or bot of one app. Chosen by the platform: 1–64 of `A–Z a–z 0–9 _ . : @ -`. */
export type UserId = Id<'User'>;

/** One group conversation; `groupId` in links and in the platform API is the same string. */
export type DlgId = Id<'Conversation'>;

/** Chosen by the sender, and the same on every retry of one message: 1–64 of `A–Z a–z 0–9 _ -`. */
export type ClientMsgId = Id<'ClientMessage'>;

/** Made by the server: 128 random bits, never reused. */
export type MsgId = Id<'Message'>;

/** One sign-in of one user: every access and refresh token of it carries this. */
export type SessionId = Id<'Session'>;

/** One running client: a page, a tab, an app. Made by itself at random. */
export type Sid = Id<'Client'>;

export type FileId = Id<'File'>;

/** Place of a message in its conversation: 1, 2, 3, … with no holes. */
export type Seq = number;

/** Number of a conversation key: 1, 2, 3, … A new one begins when a member is removed. */
export type KeyEpoch = number;

/** Milliseconds since 1970-01-01 UTC, by the server's clock. */
export type Instant = number;

/** Author of what the server itself writes into a conversation. No platform can name a user so. */
export const SYSTEM = '$system' as UserId;

/** Payloads of these types are believed of the server only. */
export const isOfServer = (type: string): boolean => type === 'system' || type === 'cardUpdate';

/** Lends a plain string the name of an id. For the edges, where a string has just been checked. */
export const id = <T extends Id<string>>(text: string): T => text as T;

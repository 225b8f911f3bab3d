import type { Membership, Seat } from '../../seats.ts';

/** What a text frame is to whoever hears it. */
export type Kind = 'delivery' | 'ack' | 'refusal' | 'page' | 'ping' | 'other';

/** Signing in is a conversation; afterwards frames are looked at where they lie. */
export interface Talk {
  say(text: string): void;
  /** The next text that is asked for; others are passed over. */
  hear(isIt: (text: string) => boolean): Promise<string>;
}

export interface Page {
  /** Client message ids, in whatever order. */
  ids: string[];
  /** What to ask with for the page before it; absent when there is none. */
  before?: string;
}

/** How the clients of one side talk. One object for one socket. */
export interface Dialect {
  path: string;
  protocol?: string;
  /** Who sends hears no ack of its own: the message itself comes back to it. */
  echoes?: boolean;
  /** Signs in and enters all groups of the seat. */
  join(talk: Talk, seat: Seat): Promise<void>;
  /** Makes the frames in which a member sends, with contents of `size` characters. */
  writer(seat: Seat, membership: Membership, size: number): (messageId: string) => string;
  askPage(membership: Membership, size: number, before?: string): string;
  readPage(text: string): Page;
  kindOf(bytes: Buffer, start: number, end: number): Kind;
  /** Where the client message id begins in a delivery or an ack. */
  idAt(bytes: Buffer, start: number): number;
  pong: string;
}

/** The same to every server: characters that look like what is sealed. */
export const contentOf = (size: number): string =>
  'ciphertext0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_'.repeat(Math.ceil(size / 48)).slice(0, size);

export const after = (bytes: Buffer, start: number, key: Buffer): number => bytes.indexOf(key, start) + key.length;

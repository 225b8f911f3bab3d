/** What a running client tells whoever made it. */
export interface Ears {
  /** `since`: when the connection was opened over which it came. */
  acked(client: Client, since: number): void;
  refused(client: Client, error: string): void;
  closed(client: Client, code: number, why: string): void;
  /** The log of a conversation is another one than before: its `logEpoch` has changed. */
  renewed(client: Client, dlg: string): void;
}

/** One running client of one member, that sends and listens and comes back by itself. */
export interface Client {
  readonly proc: string;
  start(): void;
  /** Whether it sends on and on. What is under way is seen through anyway. */
  isSending: boolean;
  /** Sends on, where nothing is under way. */
  wake(): void;
  /** Nothing of its own is under way. */
  isIdle(): boolean;
  /** Since when it is connected, in its conversations and as far as they had come; undefined: it is not. */
  homeSince(): number | undefined;
  /** Of each of its conversations, by the name of its log: what it holds without a hole below, and the highest it was told of. */
  stands(): { dlg: string; seen: number; head: number }[];
  /** Cuts its connection, if there is one. It comes back. */
  cut(): void;
  /** Reads a whole log, page by page, and writes it down. */
  readAll(log: string, options?: { isFinal?: boolean }): Promise<void>;
  stop(): void;
}

/** One socket, be it only half open. */
export interface Line {
  /** Sends one text frame. Without effect when the socket is not open: the loss is told by `lost`. */
  transmit(text: string): void;
  hangUp(): void;
}

/** What a socket tells. After `lost` nothing more comes. */
export interface LineEvents {
  opened(): void;
  heard(data: unknown): void;
  /** Codes are those of RFC 6455 and PROTOCOL.md §6; 1006 when the socket never opened. */
  lost(code: number, reason: string): void;
}

/** Opens a socket. May tell nothing before it has returned. */
export type Dial = (url: string, tell: LineEvents) => Line;

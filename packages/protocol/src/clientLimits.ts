// Of `limits`, those that a client keeps to by itself. In a file of its own, so that a page need not carry the others.
export const PAYLOAD_BYTES = 8 * 1024;
export const SILENCE_MS = 40_000;
export const PAGE_MOST = 200;
export const OPENS_PER_SOCKET = 50;
export const OUTBOX_MOST = 500;
export const OUTBOX_MS = 72 * 60 * 60_000;

// Of `hardCaps`, those that a reader of frames must know: no server sends more.
export const FRAME_BYTES_CAP = 256 * 1024;
export const PAGE_MOST_CAP = 200;
/** Who calls for customer service is told how many wait before them; further back, only that it is so many or more. */
export const QUEUE_TOLD = 100;

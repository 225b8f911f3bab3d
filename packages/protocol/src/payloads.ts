import { fileId, seq, userId } from './fields.ts';
import { clientCaps } from './limits.ts';
import { decimal, list, oneOf, optional, record, tagged, text, whole, type Of } from './shape.ts';

const link = () => text({ max: 2048 });
const mime = () => text({ max: 127 });
const name = () => text({ max: 255 });
const money = record({ amount: text({ max: 32, pattern: '-?\\d+(\\.\\d+)?' }), currency: text({ min: 3, max: 3 }) });

/**
 * What a message says, once opened: told apart by `type`. The plaintext of an envelope is one of these as JSON.
 * PROTOCOL.md §7.4. New types may come; a reader shows one it does not know as a readable line.
 */
export const payload = tagged('type', {
  /** Generous on purpose: that a payload is too long is said by name (`message.too_large`). */
  text: { text: text({ min: 1, max: clientCaps.frameBytes }) },
  image: {
    fileId: fileId(),
    name: name(),
    mime: mime(),
    size: whole(),
    width: optional(whole({ max: 20_000 })),
    height: optional(whole({ max: 20_000 })),
  },
  file: { fileId: fileId(), name: name(), mime: mime(), size: whole() },
  voice: { fileId: fileId(), mime: mime(), size: whole(), seconds: decimal() },
  video: { fileId: fileId(), name: name(), mime: mime(), size: whole(), seconds: optional(decimal()) },
  product: {
    productId: text({ max: 64 }),
    title: text({ max: 200 }),
    price: money,
    imageUrl: optional(link()),
    url: optional(link()),
  },
  order: {
    orderId: text({ max: 64 }),
    title: text({ max: 200 }),
    status: text({ max: 64 }),
    total: money,
    items: optional(list(record({ title: text({ max: 200 }), count: whole({ min: 1 }) }), { max: 50 })),
    url: optional(link()),
  },
  quickReplies: { text: text({ max: 500 }), choices: list(text({ min: 1, max: 100 }), { max: 12 }) },
  rating: { stars: whole({ min: 1, max: 5 }), text: optional(text({ max: 1000 })) },
  /** Written by the server only. */
  system: {
    event: oneOf('joined', 'left', 'recalled', 'note'),
    userId: optional(userId()),
    /** Of `recalled`: which message. */
    seq: optional(seq()),
    text: optional(text({ max: 1000 })),
  },
});
export type Payload = Of<typeof payload>;
export type PayloadOf<Type extends Payload['type']> = Extract<Payload, { type: Type }>;

/** A payload of a later version, or of nobody's. */
export interface UnknownPayload {
  type: 'unknown';
  /** The `type` it came with, if it had one. */
  was: string;
}

/** Reads an opened plaintext. Total: whatever it holds, the answer can be shown. */
export function readPayload(plaintext: string): Payload | UnknownPayload {
  let value: unknown;
  try {
    value = JSON.parse(plaintext);
    return payload.read(value, 'payload');
  } catch {
    const was = (value as { type?: unknown } | null | undefined)?.type;
    return { type: 'unknown', was: typeof was === 'string' ? was.slice(0, 64) : '' };
  }
}

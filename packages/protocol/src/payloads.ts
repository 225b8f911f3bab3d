import { author, fileId, instant, seq, userId } from './fields.ts';
import { clientCaps } from './limits.ts';
import { anyRecord, decimal, flag, list, oneOf, optional, record, tagged, text, whole, type Of } from './shape.ts';

const link = () => text({ max: 2048 });
const mime = () => text({ max: 127 });
const name = () => text({ max: 255 });
const label = () => text({ min: 1, max: 200 });
/** Generous on purpose: that a payload is too long is said by name (`message.too_large`). */
const words = () => text({ min: 1, max: clientCaps.frameBytes });
const pixels = () => optional(whole({ max: 20_000 }));
/** A decimal as text, so that no cent is lost, and the ISO 4217 code. */
const money = record({ amount: text({ max: 32, pattern: '-?\\d+(\\.\\d+)?' }), currency: text({ min: 3, max: 3 }) });
export type Money = Of<typeof money>;

/** What is answered, as whoever answers saw it: it can be shown without the message being at hand. */
const quote = record({
  seq: seq(),
  fromuid: author(),
  /** The `type` of its payload. */
  type: text({ max: 32 }),
  /** Its first words; empty where there are none. */
  text: text({ max: 200 }),
});
export type Quote = Of<typeof quote>;

/** Somebody's name in the text, counted in UTF-16 units. Without a user: everybody. */
const mention = record({ userId: optional(userId()), at: whole(), length: whole({ min: 1, max: 80 }) });
export type Mention = Of<typeof mention>;

/** What an answer may refer to, and words to be shown where a later version's payload is not known. */
const said = { quote: optional(quote), fallback: optional(text({ max: 500 })) };

/**
 * A card of the shop. With a `ref`, the platform can change it later, in place: `PATCH …/cards/:ref`. `v` is the version
 * of its fields, 1 when left out; a newer one only ever adds.
 */
const card = { ref: optional(text({ min: 1, max: 64 })), v: optional(whole({ min: 1 })), fallback: said.fallback };
const step = record({ text: label(), at: optional(instant()) });

/**
 * What a message says, once opened: told apart by `type`. The plaintext of an envelope is one of these as JSON.
 * PROTOCOL.md §7.4. New types may come; a reader shows one it does not know as a readable line.
 */
export const payload = tagged('type', {
  text: {
    text: words(),
    mentions: optional(list(mention, { max: 50 })),
    /** Chosen among the `quickReplies` at that place. */
    chosenFrom: optional(seq()),
    ...said,
  },
  /** Other words for one's own text message at `seq`. Believed of its author only, within the time for it. */
  edit: { seq: seq(), text: words(), mentions: optional(list(mention, { max: 50 })) },
  image: {
    fileId: fileId(),
    name: name(),
    mime: mime(),
    size: whole(),
    width: pixels(),
    height: pixels(),
    /** A small copy of it. */
    thumbId: optional(fileId()),
    text: optional(text({ max: 500 })),
    ...said,
  },
  file: { fileId: fileId(), name: name(), mime: mime(), size: whole(), ...said },
  voice: {
    fileId: fileId(),
    mime: mime(),
    size: whole(),
    seconds: decimal(),
    /** Loudness over time, 0 to 31. */
    waveform: optional(list(whole({ max: 31 }), { max: 64 })),
    ...said,
  },
  video: {
    fileId: fileId(),
    name: name(),
    mime: mime(),
    size: whole(),
    seconds: optional(decimal()),
    width: pixels(),
    height: pixels(),
    /** Its first picture. */
    thumbId: optional(fileId()),
    ...said,
  },

  product: {
    productId: text({ max: 64 }),
    title: label(),
    price: money,
    /** What it cost before. */
    wasPrice: optional(money),
    stock: optional(whole()),
    imageUrl: optional(link()),
    url: optional(link()),
    ...card,
  },
  order: {
    orderId: text({ max: 64 }),
    title: label(),
    status: text({ max: 64 }),
    total: money,
    items: optional(list(record({ title: label(), count: whole({ min: 1 }) }), { max: 50 })),
    imageUrl: optional(link()),
    url: optional(link()),
    ...card,
  },
  logistics: {
    trackingNumber: text({ max: 64 }),
    carrier: text({ max: 100 }),
    status: text({ max: 64 }),
    orderId: optional(text({ max: 64 })),
    /** Where the parcel has been, newest first. */
    steps: optional(list(step, { max: 50 })),
    expectedAt: optional(instant()),
    url: optional(link()),
    ...card,
  },
  refund: {
    refundId: text({ max: 64 }),
    orderId: optional(text({ max: 64 })),
    amount: money,
    status: text({ max: 64 }),
    reason: optional(text({ max: 500 })),
    steps: optional(list(step, { max: 50 })),
    url: optional(link()),
    ...card,
  },
  coupon: {
    couponId: text({ max: 64 }),
    title: label(),
    /** What it takes off: so much, or so many percent. */
    off: optional(money),
    percentOff: optional(whole({ min: 1, max: 100 })),
    /** From this sum on. */
    least: optional(money),
    expiresAt: optional(instant()),
    status: optional(text({ max: 64 })),
    url: optional(link()),
    ...card,
  },
  quickReplies: { text: text({ max: 500 }), choices: list(text({ min: 1, max: 100 }), { max: 12 }), ...card },
  form: {
    title: label(),
    fields: list(
      record({
        name: text({ min: 1, max: 64 }),
        label: label(),
        kind: oneOf('text', 'lines', 'phone', 'email', 'number', 'date', 'choice'),
        options: optional(list(label(), { max: 30 })),
        isNeeded: optional(flag()),
      }),
      { max: 20 },
    ),
    ...card,
  },
  /** What somebody filled in to the `form` at `seq`. A later one of the same person takes its place. */
  formAnswer: {
    seq: seq(),
    values: list(record({ name: text({ min: 1, max: 64 }), value: text({ max: 1000 }) }), { max: 20 }),
  },
  /** Asks the shopper how the service was. */
  ratingRequest: { text: optional(text({ max: 500 })), tags: optional(list(label(), { max: 12 })), ...card },
  /** How it was. One that names the request at `seq` is shown in it, and the last one counts. */
  rating: {
    stars: whole({ min: 1, max: 5 }),
    text: optional(text({ max: 1000 })),
    tags: optional(list(label(), { max: 12 })),
    seq: optional(seq()),
  },

  /** Written by the server only, for the platform: the card with this `ref` has changed so. */
  cardUpdate: { ref: text({ min: 1, max: 64 }), changes: anyRecord() },
  /** Written by the server only. */
  system: {
    event: oneOf('joined', 'left', 'recalled', 'note', 'serviceCalled', 'taken', 'handedOver', 'closed', 'reopened'),
    /** Of whom: who came, went, called, took over. */
    userId: optional(userId()),
    /** Of `recalled`: which message. */
    seq: optional(seq()),
    text: optional(text({ max: 1000 })),
  },
});
export type Payload = Of<typeof payload>;
export type PayloadOf<Type extends Payload['type']> = Extract<Payload, { type: Type }>;

/** Nobody is believed these but the server. */
export const isOfServer = (type: string): boolean => type === 'system' || type === 'cardUpdate';

/** A payload of a later version, or of nobody's. */
export interface UnknownPayload {
  type: 'unknown';
  /** The `type` it came with, if it had one. */
  was: string;
  /** What its author wants to be shown in its place. */
  fallback?: string;
}

/** Reads an opened plaintext. Total: whatever it holds, the answer can be shown. */
export function readPayload(plaintext: string): Payload | UnknownPayload {
  let value: unknown;
  try {
    value = JSON.parse(plaintext);
    return payload.read(value, 'payload');
  } catch {
    const { type, fallback } = (value ?? {}) as { type?: unknown; fallback?: unknown };
    return {
      type: 'unknown',
      was: typeof type === 'string' ? type.slice(0, 64) : '',
      ...(typeof fallback === 'string' && fallback !== '' && { fallback: fallback.slice(0, 500) }),
    };
  }
}

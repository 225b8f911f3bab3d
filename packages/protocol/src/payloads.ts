import { FRAME_BYTES_CAP } from './clientLimits.ts';
import { author, fileId, fileKey, instant, seq, userId } from './fields.ts';
import { anyRecord, decimal, flag, list, oneOf, optional, record, tagged, text, whole, type Of } from './shape.ts';

const link = () => text({ max: 2048 });
const mime = () => text({ max: 127 });
const name = () => text({ max: 255 });
const label = () => text({ min: 1, max: 200 });
/** What the platform calls a thing of its own: an order, a parcel. */
const shopId = () => text({ min: 1, max: 64 });
/** Generous on purpose: that a payload is too long is said by name (`message.too_large`). */
const words = () => text({ min: 1, max: FRAME_BYTES_CAP });
const pixels = () => optional(whole({ max: 20_000 }));
/** A decimal as text, so that no cent is lost, and the ISO 4217 code. */
const money = record({
  amount: text({ max: 32, pattern: '-?\\d+(\\.\\d+)?' }),
  currency: text({ pattern: '[A-Z]{3}' }),
});
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
/** Where whoever sent them sealed the file and its small copy: what opens them. */
const keys = { key: optional(fileKey()), thumbKey: optional(fileKey()) };
const said = { quote: optional(quote), fallback: optional(text({ max: 500 })) };

/** What the platform calls a card; it stands in an address. */
export const cardRef = () => text({ min: 1, max: 64, pattern: '[A-Za-z0-9_.:@-]+' });
/**
 * A card of the shop. With a `ref`, the platform can change it later, in place: `PATCH …/cards/:ref`. `v` is the version
 * of its fields, 1 when left out; a newer one only ever adds.
 */
const card = { ref: optional(cardRef()), v: optional(whole({ min: 1 })), fallback: said.fallback };
/** In the platform's own words. Some common ones are said in the reader's language: docs/CARDS.md. */
const status = () => text({ max: 64 });
const step = record({ text: label(), at: optional(instant()) });
const steps = () => optional(list(step, { max: 50 }));
export type Step = Of<typeof step>;
/** Who is asked; without it every shopper of the conversation is. */
const asked = { to: optional(userId()) };

/** Things of the shop: shown, sent by whoever has one at hand, changed by the platform. */
export const goods = {
  product: {
    productId: shopId(),
    title: label(),
    price: money,
    /** What it cost before. */
    wasPrice: optional(money),
    /** The variant meant, in words: colour, size. */
    spec: optional(label()),
    /** Pieces left; with 0 it is sold out. */
    stock: optional(whole()),
    imageUrl: optional(link()),
    url: optional(link()),
    ...card,
  },
  order: {
    orderId: shopId(),
    title: label(),
    status: status(),
    total: money,
    items: optional(
      list(record({ title: label(), count: whole({ min: 1 }), spec: optional(label()), price: optional(money) }), {
        max: 50,
      }),
    ),
    placedAt: optional(instant()),
    imageUrl: optional(link()),
    url: optional(link()),
    ...card,
  },
  logistics: {
    trackingNumber: shopId(),
    carrier: text({ max: 100 }),
    status: status(),
    orderId: optional(shopId()),
    /** Where the parcel has been, newest first. */
    steps: steps(),
    expectedAt: optional(instant()),
    url: optional(link()),
    ...card,
  },
  refund: {
    refundId: shopId(),
    orderId: optional(shopId()),
    amount: money,
    status: status(),
    reason: optional(text({ max: 500 })),
    /** In the order they happen. One without a time is still ahead. */
    steps: steps(),
    url: optional(link()),
    ...card,
  },
  coupon: {
    couponId: shopId(),
    title: label(),
    /** What it takes off: so much, or so many percent. */
    off: optional(money),
    percentOff: optional(whole({ min: 1, max: 100 })),
    /** From this sum on. */
    least: optional(money),
    /** What is typed in at the checkout. */
    code: optional(shopId()),
    expiresAt: optional(instant()),
    status: optional(status()),
    url: optional(link()),
    ...card,
  },
};

/** Cards that want an answer. */
export const questions = {
  quickReplies: { text: text({ max: 500 }), choices: list(text({ min: 1, max: 100 }), { max: 12 }), ...asked, ...card },
  form: {
    title: label(),
    /** What it is for. */
    text: optional(text({ max: 500 })),
    fields: list(
      record({
        name: text({ min: 1, max: 64 }),
        label: label(),
        kind: oneOf('text', 'lines', 'phone', 'email', 'number', 'date', 'choice'),
        options: optional(list(label(), { max: 30 })),
        isNeeded: optional(flag()),
        /** An example, shown while nothing is filled in. */
        hint: optional(label()),
        /** Filled in already. */
        value: optional(text({ max: 1000 })),
      }),
      { max: 20 },
    ),
    ...asked,
    ...card,
  },
  /** Asks how the service was. */
  ratingRequest: { text: optional(text({ max: 500 })), tags: optional(list(label(), { max: 12 })), ...asked, ...card },
};

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
    ...keys,
    text: optional(text({ max: 500 })),
    ...said,
  },
  file: { fileId: fileId(), name: name(), mime: mime(), size: whole(), key: optional(fileKey()), ...said },
  voice: {
    fileId: fileId(),
    mime: mime(),
    size: whole(),
    seconds: decimal(),
    /** Loudness over time, 0 to 31. */
    waveform: optional(list(whole({ max: 31 }), { max: 64 })),
    key: optional(fileKey()),
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
    ...keys,
    ...said,
  },

  ...goods,
  ...questions,
  /** What somebody filled in to the `form` at `seq`. A later one of the same person takes its place. */
  formAnswer: {
    seq: seq(),
    values: list(record({ name: text({ min: 1, max: 64 }), value: text({ max: 1000 }) }), { max: 20 }),
  },
  /** How it was. One that names the request at `seq` is shown in it, and the last one counts. */
  rating: {
    stars: whole({ min: 1, max: 5 }),
    text: optional(text({ max: 1000 })),
    tags: optional(list(label(), { max: 12 })),
    seq: optional(seq()),
  },

  /** Written by the server only, for the platform: the card with this `ref` has changed so. */
  cardUpdate: { ref: cardRef(), changes: anyRecord() },
  /** Written by the server only. */
  system: {
    event: oneOf(
      'joined',
      'left',
      'recalled',
      'note',
      'serviceCalled',
      'taken',
      'handedOver',
      'closed',
      'reopened',
      'muted',
      'unmuted',
    ),
    /** Of whom: who came, went, called, took over, may not write or may again. */
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
  /** What its author wants to be shown in its place. */
  fallback?: string;
}

/** Reads an opened plaintext. Total: whatever it holds, the answer can be shown. */
export function readPayload(plaintext: string): Payload | UnknownPayload {
  try {
    return asPayload(JSON.parse(plaintext));
  } catch {
    return asPayload(undefined);
  }
}

/** Reads what the SDK has opened, field by field. Total, like `readPayload`. */
export function asPayload(value: unknown): Payload | UnknownPayload {
  try {
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

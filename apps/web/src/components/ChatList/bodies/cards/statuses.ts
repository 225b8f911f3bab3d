import { t, type Word } from '../../../../utils/i18n/index.ts';

/** How a status looks: things go on, all is well, something is to be done, it came to nothing. */
export type Tone = 'going' | 'good' | 'due' | 'over';

/** The statuses that are said in the reader's language. docs/CARDS.md lists them. */
const tones = {
  unpaid: 'due',
  paid: 'going',
  packing: 'going',
  shipped: 'going',
  pickedUp: 'going',
  inTransit: 'going',
  outForDelivery: 'going',
  delivered: 'good',
  completed: 'good',
  cancelled: 'over',
  failed: 'due',
  returned: 'over',
  requested: 'going',
  approved: 'good',
  rejected: 'over',
  refunding: 'going',
  refunded: 'good',
  available: 'good',
  used: 'over',
  expired: 'over',
} as const satisfies Readonly<Record<string, Tone>>;
export type KnownStatus = keyof typeof tones;

const plain = (status: string): string => status.toLowerCase().replaceAll(/[\s_-]/g, '');
const known = new Map(Object.keys(tones).map((status) => [plain(status), status as KnownStatus]));

export const isSameStatus = (one: string, other: string): boolean => plain(one) === plain(other);

/** A status that we know, however it is spelt: `in_transit`, `IN TRANSIT`. */
const knownStatus = (status: string): KnownStatus | undefined => known.get(plain(status));

/** One we do not know is the platform's own, and is shown as it is. */
export function statusWords(status: string): string {
  const found = knownStatus(status);
  return found === undefined ? status : t(`status.${found}` satisfies Word);
}

export function toneOf(status: string): Tone {
  const found = knownStatus(status);
  return found === undefined ? 'going' : tones[found];
}

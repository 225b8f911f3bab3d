import type { Said } from '../../../views/groupConversation/timeline.ts';

type Type = Said['type'];

const media: ReadonlySet<Type> = new Set<Type>(['image', 'file', 'voice', 'video']);
const cards: ReadonlySet<Type> = new Set<Type>([
  'product',
  'order',
  'logistics',
  'refund',
  'coupon',
  'quickReplies',
  'form',
  'formAnswer',
  'ratingRequest',
  'rating',
]);

export const isMedia = ({ type }: Said): boolean => media.has(type);
export const isCard = ({ type }: Said): boolean => cards.has(type);

/** Pictures and films fill their bubble, and cards are sheets of their own. */
export const isFramed = (said: Said): boolean => said.type !== 'image' && said.type !== 'video' && !isCard(said);

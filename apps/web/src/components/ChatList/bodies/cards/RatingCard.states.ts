import type { PayloadOf, UserId } from '@trialogue/protocol';

import type { Answer } from '../../rows.ts';
import { answered, HOUR_MS, shopper } from './examples.ts';

const card: PayloadOf<'ratingRequest'> = { type: 'ratingRequest', tags: ['回复及时', '态度友好', '解决了问题'] };
const rating: PayloadOf<'rating'> = {
  type: 'rating',
  seq: 7,
  stars: 4,
  tags: ['回复及时'],
  text: '处理得很快，态度也好。',
};

export const states: Record<
  string,
  {
    card: PayloadOf<'ratingRequest'>;
    seq: number;
    me: UserId;
    isAsked: boolean;
    answers: readonly Answer[];
  }
> = {
  open: { card, seq: 7, me: shopper, isAsked: true, answers: [] },
  given: { card, seq: 7, me: shopper, isAsked: true, answers: [answered(rating)] },
  'given, for good': { card, seq: 7, me: shopper, isAsked: true, answers: [answered(rating, 25 * HOUR_MS)] },
  'waited for': { card, seq: 7, me: shopper, isAsked: false, answers: [] },
};

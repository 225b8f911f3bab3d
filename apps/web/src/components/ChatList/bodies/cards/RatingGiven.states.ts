import type { PayloadOf } from '@trialogue/protocol';

export const states: Record<string, { rating: PayloadOf<'rating'> }> = {
  'stars only': { rating: { type: 'rating', stars: 5 } },
  'with tags and words': { rating: { type: 'rating', stars: 2, tags: ['等待太久'], text: 'It took three days.' } },
};

import { isDeepStrictEqual } from 'node:util';

import { clientFrame } from '@trialogue/protocol';
import { heard } from '@trialogue/server/core';

import { must, mustBeClean, type Target } from '../target.ts';
import { tagsOf, vectors } from './vectors.ts';

/** A frame is read as what it says, or is garbled; and what was read reads the same again. */
export const clientFrames: Target = {
  name: 'client-frames',
  title: 'a client says it to the decoder of frames',
  times: { small: 10_000, full: 4_000_000 },
  async open(_, reach) {
    return {
      seeds: vectors('clientFrames'),
      places: tagsOf(clientFrame).map((op) => `read ${op}`),
      take(input) {
        const event = heard(input);
        must(event.type === 'heard' || event.type === 'garbled', `it is neither heard nor garbled: ${event.type}`);
        if (event.type === 'heard') {
          const again = heard(JSON.stringify(event.frame));
          must(
            again.type === 'heard' && isDeepStrictEqual(again.frame, event.frame),
            'it reads as something else again',
          );
          reach(`read ${event.frame.op}`);
        } else reach(`refused ${event.why}`);
        mustBeClean();
      },
    };
  },
};

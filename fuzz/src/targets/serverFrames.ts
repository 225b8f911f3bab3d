import { Malformed, readPayload, serverFrame } from '@trialogue/protocol';

import { must, mustBeClean, only, type Target } from '../target.ts';
import { vectors } from './vectors.ts';

/** What the SDK reads of a server, and the payloads inside. */
export const serverFrames: Target = {
  name: 'server-frames',
  title: 'a server says it to the decoder of frames and payloads',
  times: { small: 10_000, full: 4_000_000 },
  async open() {
    return {
      seeds: [...vectors('serverFrames'), ...vectors('payloads')],
      take(input) {
        const frame = only(() => serverFrame.read(JSON.parse(input), 'frame'), Malformed, SyntaxError);
        must(frame === undefined || typeof frame.op === 'string', 'a frame without op');
        const payload = only(() => readPayload(input), Malformed, SyntaxError);
        must(payload === undefined || typeof payload.type === 'string', 'a payload without type');
        mustBeClean();
      },
    };
  },
};

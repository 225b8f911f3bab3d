import { Malformed, payload as payloads, readPayload, serverFrame } from '@trialogue/protocol';

import { must, mustBeClean, only, type Target } from '../target.ts';
import { tagsOf, vectors } from './vectors.ts';

/** What the SDK reads of a server, and the payloads inside. */
export const serverFrames: Target = {
  name: 'server-frames',
  title: 'a server says it to the decoder of frames and payloads',
  times: { small: 10_000, full: 4_000_000 },
  async open(_, reach) {
    return {
      seeds: [...vectors('serverFrames'), ...vectors('payloads')],
      places: [
        ...tagsOf(serverFrame).map((op) => `read ${op}`),
        ...tagsOf(payloads).map((type) => `read payload ${type}`),
      ],
      take(input) {
        const frame = only(() => serverFrame.read(JSON.parse(input), 'frame'), Malformed, SyntaxError);
        must(frame === undefined || typeof frame.op === 'string', 'a frame without op');
        const payload = only(() => readPayload(input), Malformed, SyntaxError);
        must(payload === undefined || typeof payload.type === 'string', 'a payload without type');
        if (frame) reach(`read ${frame.op}`);
        else if (payload && payload.type !== 'unknown') reach(`read payload ${payload.type}`);
        else reach(payload ? 'refused as frame, unknown as payload' : 'refused as both');
        mustBeClean();
      },
    };
  },
};

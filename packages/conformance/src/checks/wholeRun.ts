import { must, type Check } from '../check.ts';

const ours = new Set([4001, 4008, 4012, 4013, 4401, 4501, 4503, 4509]);
/** RFC 6455 §7.4: normal, going away, protocol error, too large, and those that no frame carries. */
const standard = new Set([1000, 1001, 1002, 1005, 1006, 1007, 1008, 1009, 1015]);

export const framesAreOfTheProtocol: Check = {
  about: ['§4'],
  title: 'Every frame of the server is of the protocol',
  when: 'last',
  run: async ({ records }) => {
    must(records.oddFrames.length === 0, 'frames of PROTOCOL.md §4 only', () => records.oddFrames[0] as string);
    return `${records.frames} frames of the whole run read through the table of §4`;
  },
};

export const closeCodesAreKnown: Check = {
  about: ['§6'],
  title: 'Every close code is of the table',
  when: 'last',
  run: async ({ records }) => {
    const odd = [...records.closeCodes].find(([code]) => !ours.has(code) && !standard.has(code));
    must(!odd, 'a close code of PROTOCOL.md §6, or of RFC 6455', () => `${odd?.[0]} ${odd?.[1]}`);
    return `seen: ${[...records.closeCodes.keys()].sort((a, b) => a - b).join(', ') || 'none'}`;
  },
};

export const nothingBroke: Check = {
  about: ['I38'],
  title: 'No HTTP answer of the whole run was 500 or above',
  when: 'last',
  run: async ({ records }) => {
    must(records.broken.length === 0, 'no answer of 500 or above', () => records.broken[0] as string);
    return `${records.answers} answers`;
  },
};

import { ImDecryptError, open, parseHeader, parseKeyring, printKeyring, seal } from '@trialogue/crypto';

import { must, only, type Target } from '../target.ts';

const dlgId = 'tea';
const keyOf = (byte: number) => new Uint8Array(32).fill(byte);
const dlgKey = printKeyring(
  new Map([
    [1, keyOf(1)],
    [2, keyOf(2)],
  ]),
);

/** What is no envelope is said to be none, and nothing opens but what was sealed. */
export const envelopes: Target = {
  name: 'envelopes',
  title: 'a stranger hands it to whoever opens envelopes and keyrings',
  times: { small: 5_000, full: 2_000_000 },
  async open() {
    const sealed = ['', 'hello', '{"type":"text","text":"水开了 🍵"}', 'x'.repeat(3_000)].map((plaintext, at) =>
      seal(plaintext, { dlgId, dlgKey, fromuid: 'ada', clientMsgId: `c${at}` }),
    );
    const known = new Set(sealed);
    return {
      seeds: [...sealed, dlgKey],
      take(input) {
        only(() => parseHeader(input), ImDecryptError);
        const plaintext = only(() => open(input, dlgId, dlgKey), ImDecryptError);
        must(plaintext === undefined || known.has(input), 'an envelope that nobody sealed has opened');
        only(() => open(sealed[0] ?? '', dlgId, input), ImDecryptError);
        const ring = only(() => parseKeyring(input), ImDecryptError);
        must(ring === undefined || printKeyring(ring).length > 0, 'a keyring that cannot be printed');
      },
    };
  },
};

import { parseHeader } from '@trialogue/crypto';

import { must, mustBe, type Check } from '../check.ts';

/** Behind the clear header: 24 bytes, then the ciphertext. PROTOCOL.md §7.1. */
const NONCE_BYTES = 24;

export const noncesDiffer: Check = {
  about: ['I40', '§7.1'],
  title: 'The server seals each message under a nonce of its own',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    for (let n = 0; n < 6; n++) {
      const body = { fromuid: ada.userId, clientMsgId: `p-${n}`, payload: { type: 'text', text: 'the same words' } };
      await at.platform.need('POST', `/groups/${group.dlgId}/messages`, body);
    }
    const nonces = (await bo.history(group.dlgId)).map(({ content }) => nonceOf(content));
    mustBe('different nonces:', new Set(nonces).size, nonces.length);
    must(
      nonces.every((nonce) => nonce.length === NONCE_BYTES * 2),
      'nonces of 24 bytes',
      'shorter ones',
    );
    return `the same words posted 6 times, ${nonces.length} nonces compared`;
  },
};

function nonceOf(content: string): string {
  const { fromuid, clientMsgId } = parseHeader(content);
  const bytes = Buffer.from(content.slice('IM1.'.length), 'base64url');
  const at = 6 + 1 + Buffer.byteLength(fromuid) + 1 + Buffer.byteLength(clientMsgId) + 1;
  return bytes.subarray(at, at + NONCE_BYTES).toString('hex');
}

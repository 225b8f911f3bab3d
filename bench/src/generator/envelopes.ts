import { seal } from '@trialogue/crypto';

import { ID_LENGTH } from './messageId.ts';

/** No member opens what the bench sends, and the server has no key in its hand when it takes a message. */
const ANY_KEY = Buffer.alloc(32, 7).toString('base64url');

/**
 * Makes sealed contents of one sender, all of the same length: the shortest of at least `size` characters.
 *
 * Sealing each would cost the generator more than the server spends on it. So one is sealed, and the id in its clear
 * header exchanged for each message: that header is all that the server reads.
 */
export function envelopesOf(
  { dlgId, userId }: { dlgId: string; userId: string },
  size: number,
): (clientMsgId: string) => string {
  const placeholder = 'x'.repeat(ID_LENGTH);
  const sealed = (length: number) =>
    seal(JSON.stringify({ type: 'text', text: 'x'.repeat(length) }), {
      dlgId,
      dlgKey: ANY_KEY,
      fromuid: userId,
      clientMsgId: placeholder,
    });
  // Sealing pads; four characters carry three bytes, so a first guess is a little too long.
  let length = Math.floor((size * 3) / 4);
  let content = sealed(length);
  for (
    let shorter = content;
    shorter.length >= size && length > 1;
    shorter = sealed((length = Math.max(1, length - 8)))
  ) {
    content = shorter;
  }

  const bytes = Buffer.from(content.slice('IM1.'.length), 'base64url');
  const at = bytes.indexOf(placeholder);
  return (clientMsgId) => {
    bytes.write(clientMsgId, at, 'latin1');
    return `IM1.${bytes.toString('base64url')}`;
  };
}

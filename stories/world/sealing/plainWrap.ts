import type { KeyWrap } from '@trialogue/server/core';

/** Keys that are not wrapped at all, but still only open in the context they were wrapped for. */
export const plainWrap: KeyWrap = {
  wrap: (secret, context) => `${context.join(' ')} ${Buffer.from(secret).toString('hex')}`,
  unwrap(wrapped, context) {
    const words = wrapped.split(' ');
    const secret = words.pop();
    if (words.join(' ') !== context.join(' '))
      throw new Error(`wrapped for ${words.join(' ')}, not ${context.join(' ')}`);
    return new Uint8Array(Buffer.from(secret ?? '', 'hex'));
  },
};

import { contentOf, type Dialect, type Kind } from './dialect.ts';

const kinds: Readonly<Record<number, Kind>> = Object.fromEntries(
  Object.entries({ m: 'delivery', a: 'ack' } as const).map(([letter, kind]) => [letter.charCodeAt(0), kind]),
);

/** What programs/ceiling.mjs speaks: one letter, the group's four digits, the message id, the content. */
export const bare = (): Dialect => ({
  path: '/',
  async join(talk, { memberOf }) {
    for (const { groupId } of memberOf) {
      talk.say(`j${groupId}`);
      await talk.hear((text) => text === 'k');
    }
  },
  writer(_, { groupId }, size) {
    const text = contentOf(size);
    return (id) => `m${groupId}${id}${text}`;
  },
  askPage: () => {
    throw new Error('the ceiling keeps nothing');
  },
  readPage: () => ({ ids: [] }),
  kindOf: (bytes, start) => kinds[bytes[start] ?? 0] ?? 'other',
  idAt: (_, start) => start + 5,
  pong: 'p',
});

import type { Member } from '@trialogue/protocol/api';

import { cleanName } from '../../utils/names.ts';

/** Whom one can ask for help first, then who is there. */
const rank: Readonly<Record<Member['urole'], number>> = { service: 0, merchant: 1, user: 2, bot: 3 };

/** Those who are there first, then by role; the order of the server within. */
export const sorted = (members: readonly Member[]): Member[] =>
  [...members].sort((a, b) => Number(b.online) - Number(a.online) || rank[a.urole] - rank[b.urole]);

/** Whose name, remark or id has all the words in it, in any order and any case. */
export function found(members: readonly Member[], words: string): readonly Member[] {
  const parts = words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (parts.length === 0) return members;
  return members.filter(({ name, remark, userId }) => {
    const text = `${cleanName(name)} ${remark} ${userId}`.toLocaleLowerCase();
    return parts.every((part) => text.includes(part));
  });
}

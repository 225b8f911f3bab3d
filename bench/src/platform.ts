import { platformOf } from '@trialogue/testkit';

import { MEMBERS } from './options.ts';

/** One member of one conversation, who will have one socket. */
export interface Seat {
  dlgId: string;
  userId: string;
  token: string;
}

const AT_ONCE = 16;

/** Makes the conversations and signs everybody in, as a platform's backend would. */
export async function makeGroups(origin: string, appSecret: string, groups: number): Promise<Seat[][]> {
  const ask = platformOf(origin, appSecret);

  const makeGroup = async (group: number): Promise<Seat[]> => {
    const users = Array.from({ length: MEMBERS }, (_, member) => `user-${group}-${member}`);
    for (const userId of users) await ask('PUT', `/users/${userId}`, { name: userId, urole: 'user' });
    const { dlgId } = await ask('POST', '/groups', {
      name: `Group ${group}`,
      members: users.map((userId) => ({ userId })),
    });
    const seats: Seat[] = [];
    for (const userId of users) {
      const { token } = await ask('POST', `/users/${userId}/tokens`, {});
      seats.push({ dlgId: String(dlgId), userId, token: String(token) });
    }
    return seats;
  };

  const made: Seat[][] = new Array(groups);
  let next = 0;
  const work = async () => {
    for (let group = next++; group < groups; group = next++) made[group] = await makeGroup(group);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return made;
}

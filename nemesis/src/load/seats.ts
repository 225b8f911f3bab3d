import { platformOf } from '@trialogue/testkit';

/** One member, with what it needs to connect: one socket, and the conversations it is in. */
export interface Seat {
  userId: string;
  token: string;
  dlgIds: readonly string[];
}

const AT_ONCE = 8;
/** As long as a run may take. */
const TOKEN_SECONDS = 86_400;

export interface Shape {
  groups: number;
  members: number;
}

/**
 * Makes conversations and signs their members in, as a platform's backend would: a seat a member and conversation. `prefix` keeps
 * those of a second call apart.
 */
export async function makeSeats(
  origin: string,
  appSecret: string,
  { groups, members }: Shape,
  prefix = '',
): Promise<Seat[]> {
  const ask = platformOf(origin, appSecret);
  const seats: Seat[] = [];
  const makeGroup = async (group: number) => {
    const userIds = Array.from({ length: members }, (_, member) => `${prefix}u${group}-${member}`);
    for (const userId of userIds) await ask('PUT', `/users/${userId}`, { name: userId, urole: 'user' });
    const { dlgId } = await ask('POST', '/groups', {
      groupId: `${prefix}g${group}`,
      name: `Group ${group}`,
      members: userIds.map((userId) => ({ userId })),
    });
    for (const userId of userIds) {
      const { token } = await ask('POST', `/users/${userId}/tokens`, { ttlSeconds: TOKEN_SECONDS });
      seats.push({ userId, token: String(token), dlgIds: [String(dlgId)] });
    }
  };
  let next = 0;
  const work = async () => {
    for (let group = next++; group < groups; group = next++) await makeGroup(group);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return seats;
}

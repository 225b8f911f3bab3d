import { KEY_BYTES } from '@trialogue/crypto';
import { Refused, type AppId, type DlgId, type Limits, type Urole, type UserId } from '@trialogue/protocol';

import { keyContext } from './keyrings.ts';
import type { Clock, KeyWrap, Random, Store } from './ports.ts';
import { newId } from './sealing.ts';

export interface NewMember {
  userId: UserId;
  urole?: Urole;
}

/** Somebody named twice comes once, as named first. */
export const distinct = (members: readonly NewMember[]): NewMember[] =>
  [...new Map(members.toReversed().map((member) => [member.userId, member])).values()].reverse();

/**
 * Creates a conversation with a first key and its members. Nothing is said in it: the first message has seq 1.
 *
 * @throws {Refused} conversation.exists, user.not_found, member.too_many, user.too_many_groups
 */
export const createGroup =
  (at: { store: Store; keys: KeyWrap; clock: Clock; random: Random; limits: Limits }) =>
  async (
    appId: AppId,
    group: { groupId?: DlgId; name: string; members: NewMember[]; custom?: Record<string, unknown> },
  ): Promise<DlgId> => {
    const members = distinct(group.members);
    if (members.length > at.limits.membersPerGroup) throw new Refused('member.too_many');
    const dlgId = group.groupId ?? newId<DlgId>(at.random);
    const key = at.random.bytes(KEY_BYTES);
    const wrapped = at.keys.wrap(key, keyContext({ appId, dlgId }, 1));
    key.fill(0);
    await at.store.createConversation({
      appId,
      dlgId,
      name: group.name,
      members,
      key: { epoch: 1, wrapped },
      now: at.clock.now(),
      room: at.limits,
      ...(group.custom && { custom: group.custom }),
    });
    return dlgId;
  };

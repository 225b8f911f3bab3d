import { createHash } from 'node:crypto';

import { Refused, SYSTEM, limits, type AppId, type Message, type UserId } from '@trialogue/protocol';
import type { ConversationRow, ConversationSummary, MemberRow, Place, Profile, Room } from '@trialogue/server/core';

import type { Commands } from './commands.ts';
import { append } from './messages.ts';
import { isIn, keyOf, memberOf, present, type Conversation, type Member, type Tables } from './tables.ts';

interface Joining {
  userId: UserId;
  urole?: Profile['urole'];
}

/** Conversations, and who is in them. */
export function people(tables: Tables) {
  const { journal } = tables;
  const profileOf = ({ appId }: Place, { userId, urole }: Member): Profile => {
    const profile = tables.user(appId, userId);
    return { ...profile, urole: urole ?? profile.urole };
  };
  const rowOf = (place: Place, member: Member): MemberRow => ({
    ...profileOf(place, member),
    readSeq: member.readSeq,
    deliveredSeq: member.deliveredSeq,
  });
  const summaryOf = (conversation: Conversation, member: Member): ConversationSummary => ({
    ...headerOf(conversation),
    keys: [...conversation.keys],
    unread: kept(conversation).filter(
      ({ seq, fromuid }) => seq > member.readSeq && fromuid !== SYSTEM && fromuid !== member.userId,
    ).length,
    readSeq: member.readSeq,
    lastMessage: kept(conversation).at(-1) ?? null,
    members: present(conversation).map((each) => profileOf(conversation, each)),
  });
  /** Those who serve are in far more conversations than those who shop. */
  const mostGroups = (appId: AppId, { userId, urole = tables.user(appId, userId).urole }: Joining, room: Room) =>
    urole === 'service' || urole === 'bot' ? room.groupsPerAgent : room.groupsPerUser;
  /** False when the user is in it already. @throws {Refused} user.not_found, member.too_many, user.too_many_groups */
  const join = (conversation: Conversation, who: Joining, room: Room = limits) => {
    const { userId, urole } = who;
    const { appId, members } = conversation;
    tables.user(appId, userId);
    const before = members.get(userId);
    if (before && !before.hasLeft) return false;
    if (before) journal.change(before, { hasLeft: false, urole });
    else journal.put(members, userId, { userId, urole, hasLeft: false, readSeq: 0, deliveredSeq: 0 });
    if (present(conversation).length > room.membersPerGroup) throw new Refused('member.too_many');
    const groups = [...tables.conversations.values()].filter((each) => each.appId === appId && isIn(each, userId));
    if (groups.length > mostGroups(appId, who, room)) throw new Refused('user.too_many_groups', `userId: ${userId}`);
    return true;
  };

  return {
    createConversation({ appId, dlgId, name, custom, members, key, now, room }) {
      const place = keyOf(appId, dlgId);
      if (tables.conversations.has(place)) throw new Refused('conversation.exists');
      const conversation: Conversation = {
        appId,
        dlgId,
        nth: tables.conversations.size,
        name,
        custom: custom && JSON.stringify(custom),
        epoch: key.epoch,
        updatedAt: now,
        logEpoch: createHash('sha256').update(key.wrapped).digest('base64url').slice(0, 16),
        minSeq: 1,
        keys: [key],
        members: new Map(),
        log: [],
        byClientMsgId: new Map(),
      };
      journal.put(tables.conversations, place, conversation);
      for (const member of members) join(conversation, member, room);
    },
    findConversation(place) {
      const found = tables.find(place);
      return found && headerOf(found);
    },
    enterConversation(actor, dlgId) {
      const conversation = tables.openedBy(actor, dlgId, 'read');
      const me = memberOf(conversation, actor.userId);
      return { conversation: headerOf(conversation), keys: [...conversation.keys], me: rowOf(conversation, me) };
    },
    listConversations(actor, { page, size, keyword = '' }) {
      const all = [...tables.conversations.values()]
        .filter((each) => each.appId === actor.appId && isIn(each, actor.userId))
        .filter(({ dlgId }) => actor.onlyDlg === undefined || dlgId === actor.onlyDlg)
        .filter(({ name }) => name.toLowerCase().includes(keyword.toLowerCase()))
        .sort((a, b) => b.updatedAt - a.updatedAt || b.nth - a.nth);
      const list = all
        .slice((page - 1) * size, page * size)
        .map((each) => summaryOf(each, memberOf(each, actor.userId)));
      return { list, total: all.length };
    },
    listMembers(actor, dlgId) {
      const conversation = tables.openedBy(actor, dlgId, 'read');
      return present(conversation).map((member) => rowOf(conversation, member));
    },
    membersOf(place) {
      const found = tables.find(place);
      return found ? present(found).map((member) => profileOf(found, member)) : [];
    },
    headsOf: (places) =>
      places.flatMap((place) => {
        const found = tables.find(place);
        return found ? [{ ...place, head: found.log.length, epoch: found.epoch }] : [];
      }),
    keysOf: (place) => [...(tables.find(place)?.keys ?? [])],
    addMembers(place, { members, now, room }) {
      const conversation = tables.at(place);
      const added: UserId[] = [];
      const messages: Message[] = [];
      for (const { notice, ...member } of members) {
        if (!join(conversation, member, room)) continue;
        added.push(member.userId);
        messages.push(append(tables, conversation, notice, now));
      }
      return { added, messages };
    },
    removeMember(place, { userId, key, notice, now }) {
      const conversation = tables.at(place);
      const member = conversation.members.get(userId);
      if (!member || member.hasLeft) throw new Refused('member.not_found', `userId: ${userId}`);
      journal.change(member, { hasLeft: true });
      if (key.epoch !== conversation.epoch + 1) throw new Refused('key.stale_epoch');
      journal.change(conversation, { epoch: key.epoch });
      journal.append(conversation.keys, key);
      return append(tables, conversation, notice, now);
    },
  } satisfies Partial<Commands>;
}

const kept = ({ log, minSeq }: Conversation): Message[] => log.slice(minSeq - 1).map(({ message }) => message);

const headerOf = (conversation: Conversation): ConversationRow => {
  const { appId, dlgId, name, log, epoch, minSeq, logEpoch, updatedAt, custom } = conversation;
  return {
    appId,
    dlgId,
    name,
    head: log.length,
    minSeq,
    logEpoch,
    epoch,
    updatedAt,
    ...(custom !== undefined && { custom: JSON.parse(custom) as Record<string, unknown> }),
  };
};

import {
  Refused,
  type AppId,
  type DlgId,
  type Instant,
  type KeyEpoch,
  type Message,
  type Seq,
  type SessionId,
  type Urole,
  type UserId,
} from '@trialogue/protocol';
import {
  allow,
  type Actor,
  type App,
  type Client,
  type Deed,
  type FileRow,
  type Place,
  type Profile,
  type SessionRow,
  type WrappedKey,
} from '@trialogue/server/core';

import { Journal } from './journal.ts';

export interface Member {
  userId: UserId;
  urole: Urole | undefined;
  hasLeft: boolean;
  readSeq: Seq;
  deliveredSeq: Seq;
}

/** A message, what it said if it was recalled, and when it was dropped: then only a repeat of it is known. */
export interface Row {
  message: Message;
  saidBefore?: string;
  droppedAt?: Instant;
}

export interface Conversation extends Place {
  /** In the order of creation. */
  nth: number;
  name: string;
  custom: string | undefined;
  epoch: KeyEpoch;
  updatedAt: Instant;
  logEpoch: string;
  /** The lowest place that is kept. */
  minSeq: Seq;
  keys: WrappedKey[];
  /** In the order in which they came first. */
  members: Map<UserId, Member>;
  /** From seq 1 on, those that were dropped among them. */
  log: Row[];
  byClientMsgId: Map<string, Seq>;
}

/** Everything that is kept. All writes go through the journal. */
export class Tables {
  readonly journal = new Journal();
  readonly apps = new Map<AppId, App>();
  readonly users = new Map<string, Profile>();
  readonly sessions = new Map<SessionId, SessionRow>();
  /** Refresh tokens that were swapped, and whose they were. */
  readonly spent = new Map<string, SessionId>();
  readonly tickets = new Map<string, Instant>();
  /** Of each client the newest socket. */
  readonly fences = new Map<string, { fence: number; raisedAt: Instant }>();
  readonly conversations = new Map<string, Conversation>();
  readonly files = new Map<string, FileRow & { conversation: Conversation }>();

  find({ appId, dlgId }: Place): Conversation | undefined {
    return this.conversations.get(keyOf(appId, dlgId));
  }

  /** @throws {Refused} conversation.not_found */
  at(place: Place): Conversation {
    const found = this.find(place);
    if (!found) throw new Refused('conversation.not_found');
    return found;
  }

  /** The conversation, if the actor may do this in it. @throws {Refused} conversation.not_member, socket.replaced */
  openedBy(actor: Actor, dlgId: DlgId, deed: Exclude<Deed, 'recall'>): Conversation {
    const found = this.find({ ...actor, dlgId });
    const isMember = found !== undefined && isIn(found, actor.userId);
    allow(deed, { actor, dlgId, isMember });
    if (!found) throw new Refused('conversation.not_member');
    const { client } = actor;
    const newest = client ? (this.fences.get(clientKeyOf(actor, client))?.fence ?? 0) : 0;
    if (client && newest > client.fence) throw new Refused('socket.replaced');
    return found;
  }

  /** @throws {Refused} user.not_found */
  user(appId: AppId, userId: UserId): Profile {
    const found = this.users.get(keyOf(appId, userId));
    if (!found) throw new Refused('user.not_found', `userId: ${userId}`);
    return found;
  }
}

export const keyOf = (appId: AppId, of: string): string => `${appId} ${of}`;

export const clientKeyOf = ({ appId, userId }: Actor, { sid }: Client): string => keyOf(appId, `${userId} ${sid}`);

export const isIn = ({ members }: Conversation, userId: UserId): boolean => members.get(userId)?.hasLeft === false;

export const present = ({ members }: Conversation): Member[] => [...members.values()].filter(({ hasLeft }) => !hasLeft);

export function memberOf({ members }: Conversation, userId: UserId): Member {
  const member = members.get(userId);
  if (!member) throw new Error('a member has no row');
  return member;
}

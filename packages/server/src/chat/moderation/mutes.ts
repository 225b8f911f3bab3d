import type { DlgId, Instant, Message, UserId } from '@trialogue/protocol';

import type { DeskStore } from '../desk/ports.ts';
import type { Keyrings } from '../keyrings.ts';
import type { Actor, Bus, Clock, Place, Random, Store, Warn } from '../ports.ts';
import { underCurrentKey } from '../sealing.ts';
import { tell } from '../tell.ts';
import type { Moderation, ModerationPlatform } from './moderation.ts';
import { NO_END, toldMute } from './mutedUntil.ts';
import { noteAt } from './noteAt.ts';
import type { Audit, ModerationStore, MuteChange } from './ports.ts';

interface Ports {
  store: Pick<Store, 'findConversation'>;
  desk: Pick<DeskStore, 'readDesk'>;
  moderation: ModerationStore;
  keyrings: Keyrings;
  bus: Bus;
  clock: Clock;
  random: Random;
  warn: Warn;
  audit: Audit;
}

/**
 * Takes a member the word for a while, or until it is given back, with a line in the conversation that says so. Reading
 * goes on. Customer service may not mute its own; the platform may mute anybody, and what it writes in a member's name
 * is never refused for it.
 */
export function mutes(at: Ports): {
  own: Pick<Moderation, 'mute' | 'unmute'>;
  ofPlatform: Pick<ModerationPlatform, 'mute' | 'unmute'>;
} {
  const change = async (
    place: Place,
    { userId, until }: { userId: UserId; until: Instant | null },
    keep: (change: MuteChange) => Promise<Message | undefined>,
  ) => {
    const line = await underCurrentKey(at, place, {
      seal: (sealer) => sealer.notice({ event: until === null ? 'unmuted' : 'muted', userId }),
      store: (sealed) => keep({ userId, until, line: sealed, now: at.clock.now() }),
    });
    if (line) tell(at, { kind: 'message', ...place, message: line });
    return toldMute(until, at.clock.now());
  };
  const endOf = (seconds: number | undefined): Instant =>
    seconds === undefined ? NO_END : at.clock.now() + seconds * 1000;
  const actionOf = (until: Instant | null) => (until === null ? 'member.unmuted' : 'member.muted');

  const byAgent = async (
    actor: Actor,
    dlgId: DlgId,
    { userId, until, reason }: { userId: UserId; until: Instant | null; reason: string | undefined },
  ) => {
    const place = { appId: actor.appId, dlgId };
    await at.desk.readDesk(actor, dlgId, 'desk');
    await at.audit.note({
      appId: actor.appId,
      actor: `user:${actor.userId}`,
      action: actionOf(until),
      subject: `${dlgId} ${userId}`,
      reason,
    });
    return change(place, { userId, until }, (each) => at.moderation.muteMember(actor, dlgId, each));
  };
  const byPlatform = async (place: Place, userId: UserId, until: Instant | null, reason: string | undefined) => {
    await noteAt(at)(place, { action: actionOf(until), subject: userId, reason });
    return change(place, { userId, until }, (each) => at.moderation.muteFor(place, each));
  };

  return {
    own: {
      mute: (actor, dlgId, userId, { seconds, reason }) =>
        byAgent(actor, dlgId, { userId, until: endOf(seconds), reason }),
      unmute: (actor, dlgId, userId, { reason }) => byAgent(actor, dlgId, { userId, until: null, reason }),
    },
    ofPlatform: {
      mute: (place, userId, { seconds, reason }) => byPlatform(place, userId, endOf(seconds), reason),
      unmute: (place, userId, { reason }) => byPlatform(place, userId, null, reason),
    },
  };
}

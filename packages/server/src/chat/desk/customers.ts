import { Refused, type AppId, type DlgId, type Limits, type UserId } from '@trialogue/protocol';

import { toldMute } from '../moderation/mutedUntil.ts';
import type { Actor, Clock, KeyWrap, Presence } from '../ports.ts';
import type { Desk, DeskPlatform } from './desk.ts';
import type { DeskStore } from './ports.ts';

export const context = (appId: AppId, userId: UserId): string[] => ['userCustom', appId, userId];

/** What the platform says of a user for the desk to see: sealed where it lies, and shown to nobody else. */
export function customers(at: { desk: DeskStore; keys: KeyWrap; presence: Presence; clock: Clock; limits: Limits }): {
  customer: Desk['customer'];
  putCustom: DeskPlatform['putCustom'];
} {
  const open = (appId: AppId, userId: UserId, sealed: string) =>
    JSON.parse(Buffer.from(at.keys.unwrap(sealed, context(appId, userId))).toString()) as Record<string, unknown>;
  return {
    async customer(actor: Actor, dlgId: DlgId) {
      const { custom, members } = await at.desk.readCustomer(actor, dlgId);
      return {
        ...(custom && { custom }),
        members: members.map(({ userId, name, urole, remark, mutedUntil, sealed }) => ({
          userId,
          name,
          urole,
          remark,
          online: at.presence.isOnline(actor.appId, userId),
          ...toldMute(mutedUntil, at.clock.now()),
          ...(sealed !== undefined && { custom: open(actor.appId, userId, sealed) }),
        })),
      };
    },
    async putCustom(appId, userId, custom) {
      const bytes = custom && Buffer.from(JSON.stringify(custom));
      if (bytes && bytes.length > at.limits.customBytes) {
        throw new Refused('request.too_large', `custom: at most ${at.limits.customBytes} bytes`);
      }
      await at.desk.putUserCustom(appId, userId, bytes && at.keys.wrap(bytes, context(appId, userId)));
    },
  };
}

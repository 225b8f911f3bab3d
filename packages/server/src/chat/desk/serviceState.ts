import type { DlgId } from '@trialogue/protocol';
import type { OrderAction, ServiceCall } from '@trialogue/protocol/api';

import type { Actor, Clock, KeyWrap } from '../ports.ts';
import { openingAt } from './hours.ts';
import type { DeskStore } from './ports.ts';
import { settingsOf } from './settings.ts';

interface Ports {
  desk: DeskStore;
  keys: KeyWrap;
  clock: Clock;
}

/**
 * Where a call stands. It is asked for and not told: the place in the queue changes with the calls of others, and a
 * word lost on the way would leave a wrong number on screen.
 *
 * @throws {Refused} conversation.not_member
 */
export const serviceState =
  (at: Ports) =>
  async (actor: Actor, dlgId: DlgId): Promise<ServiceCall> => {
    const call = await at.desk.readCall(actor, dlgId);
    const { hours } = await settingsOf(at, actor.appId);
    return { ...call, ...openingAt(hours, at.clock.now()) };
  };

/**
 * What a member can do about an order. Who may not is not told of it.
 *
 * @throws {Refused} conversation.not_member
 */
export const orderActions =
  (at: Ports) =>
  async (actor: Actor, dlgId: DlgId): Promise<{ list: Omit<OrderAction, 'roles'>[] }> => {
    const urole = await at.desk.roleAt(actor, dlgId);
    const { orderActions: all = [] } = await settingsOf(at, actor.appId);
    const theirs = all.filter(({ roles = ['service'] }) => roles.includes(urole));
    return { list: theirs.map(({ roles: _, ...action }) => action) };
  };

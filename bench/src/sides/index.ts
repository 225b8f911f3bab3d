import type { Options } from '../options.ts';
import { ceilings } from './ceiling.ts';
import type { Side } from './side.ts';
import { socketio } from './socketio.ts';
import { trialogue } from './trialogue.ts';
import { xmppServers } from './xmpp.ts';

const others: readonly Side[] = [...socketio, ...ceilings, ...xmppServers];

export const ids: readonly string[] = ['trialogue', ...others.map(({ id }) => id)];

/** Who takes part, in the order in which they do. */
export function sidesOf({ sides, peers, server, against, profile }: Options): Side[] {
  const ours = trialogue({
    ...(server !== undefined && { main: server }),
    ...(profile !== undefined && { profileDir: profile }),
  });
  const before = against === undefined ? [] : [trialogue({ main: against }, 'before', 'Trialogue before')];
  const wanted = sides ?? (peers ? ids : ['trialogue']);
  return [...[ours, ...others].filter(({ id }) => wanted.includes(id)), ...before];
}

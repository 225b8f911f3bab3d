import { bare } from './bare.ts';
import type { Dialect } from './dialect.ts';
import { socketio } from './socketio.ts';
import { trialogue } from './trialogue.ts';
import { xmpp } from './xmpp.ts';

export const dialects = {
  trialogue,
  socketio,
  bare,
  ejabberd: xmpp('PLAIN', '/ws'),
  prosody: xmpp('ANONYMOUS', '/xmpp-websocket'),
} satisfies Record<string, () => Dialect>;

export type DialectName = keyof typeof dialects;

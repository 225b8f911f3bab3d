import {
  id,
  limits as defaults,
  type ClientFrame,
  type ClientMsgId,
  type DlgId,
  type Limits,
  type ServerFrame,
  type Sid,
  type UserId,
} from '@trialogue/protocol';
import { tea } from '@trialogue/testkit';

import type { Bus, Notice } from '../chat/ports.ts';
import { silentLogger } from '../ops/log.ts';
import { noMetrics } from '../ops/metrics.ts';
import { heard } from './events.ts';
import { fakeShop } from './fakes.ts';
import { createRegistry } from './registry.ts';
import { createSwitchboard } from './switchboard.ts';
import type { Timers } from './timers.ts';
import { frameOf } from './wire.ts';

/** Promises, and the turn of the event loop in which fan-out gathers, are over. */
export const settled = async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Timers whose time passes by hand. The turns of the event loop are the real ones. */
export function handTimers() {
  const due = new Set<{ at: number; run: () => void }>();
  let now = 0;
  const timers: Timers = {
    now: () => now,
    after(ms, run) {
      const it = { at: now + Math.max(0, ms), run };
      due.add(it);
      return () => void due.delete(it);
    },
    endOfTurn(run) {
      const turn = setImmediate(run);
      return () => clearImmediate(turn);
    },
    chance: () => 0.5,
  };
  const pass = async (ms: number) => {
    const until = now + ms;
    for (;;) {
      await settled();
      const [next] = [...due].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (!next) break;
      due.delete(next);
      now = Math.max(now, next.at);
      next.run();
    }
    now = until;
  };
  return { timers, pass };
}

export interface NodeOptions {
  limits?: Partial<Limits>;
  /** Shared by the nodes of one cluster. */
  shop?: ReturnType<typeof fakeShop>;
  clock?: ReturnType<typeof handTimers>;
}

/** One node without a network: sockets are lists of frames. */
export function node({ limits, shop = fakeShop(), clock = handTimers() }: NodeOptions = {}) {
  const all: Limits = { ...defaults, ...limits };
  const registry = createRegistry({ limits: all, timers: clock.timers });
  const deafTo = new Set<Notice['kind']>();
  const said: Notice[] = [];
  const bus: Bus = {
    ...shop.bus,
    async tell(notice) {
      said.push(notice);
      await shop.bus.tell(notice);
    },
    listen: (hear) => shop.bus.listen((notice) => !deafTo.has(notice.kind) && hear(notice)),
  };
  const switchboard = createSwitchboard({
    ...shop,
    bus,
    registry,
    limits: all,
    timers: clock.timers,
    clock: { now: () => Date.now() },
    logger: silentLogger,
    metrics: noMetrics,
  });

  const socketOf = async (userId: UserId, token: string = userId, client?: { sid: string; fence: number }) => {
    const frames: ServerFrame[] = [];
    const closes: string[] = [];
    const unsent = { bytes: 0 };
    const driver = switchboard.plug({
      send: (out) => {
        const frame = frameOf(out);
        // Everybody here answers pings, so that time may pass.
        if (frame.op === 'ping') says({ op: 'pong' });
        else frames.push(frame);
      },
      close: (_: string, says: string) => void closes.push(says),
      unsentBytes: () => unsent.bytes,
    });
    const says = (frame: ClientFrame) => driver.tell(heard(JSON.stringify(frame)));
    driver.tell({ type: 'opened', serverTime: 0 });
    says({ op: 'bind', token, uid: userId, ...(client && { sid: id<Sid>(client.sid), fence: client.fence }) });
    await settled();
    const open = async (dlgId: DlgId = tea) => {
      says({ op: 'open', id: 1, dlgId });
      await settled();
      const opened = frames.find((frame) => frame.op === 'opened');
      frames.length = 0;
      return opened;
    };
    const send = (name: string, content = 'IM1.x') =>
      says({ op: 'send', dlgId: tea, clientMsgId: id<ClientMsgId>(name), content });
    frames.length = 0;
    return { driver, frames, closes, unsent, says, open, send, ends: () => driver.tell({ type: 'lost' }) };
  };
  /** Time passes, and the node looks at the log. */
  const look = () => clock.pass(all.reconcileMs * 1.2);
  return {
    ...shop,
    bus,
    said,
    deafTo,
    registry,
    presence: switchboard.presence,
    stop: switchboard.stop,
    socketOf,
    clock,
    look,
  };
}

export const ops = (frames: ServerFrame[]) => frames.map(({ op }) => op).join(' ');
export const seqs = (frames: ServerFrame[]) => frames.flatMap((frame) => (frame.op === 'message' ? [frame.seq] : []));

import { id, type ClientFrame, type DlgId, type MsgId, type ServerFrame, type SessionId } from '@trialogue/protocol';
import { ada, bo, tea } from '@trialogue/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { storeInMemory, type OutboxStore } from '../outbox/store.ts';
import { adasClient, ring, settled } from './fixture.ts';

const coffee = id<DlgId>('coffee');

/** What the server says to a frame. Whoever sends twice is stored once. */
function answer(frame: ClientFrame, known: Map<string, number>): ServerFrame | undefined {
  switch (frame.op) {
    case 'bind':
      return { op: 'bound', userId: frame.uid, sessionId: id<SessionId>('s'), expiresAt: 1 };
    case 'open': {
      const { id: ask, dlgId } = frame;
      return { op: 'opened', id: ask, dlgId, head: 3, readSeq: 0, dlgKey: ring(1), ...log, online: [] };
    }
    case 'history':
      return { op: 'page', id: frame.id, dlgId: frame.dlgId, list: [], hasMore: false, head: 3, ...log };
    case 'send': {
      const { dlgId, clientMsgId } = frame;
      const seq = known.get(clientMsgId) ?? known.size + 4;
      known.set(clientMsgId, seq);
      return { op: 'ack', dlgId, clientMsgId, seq, msgId: id<MsgId>(`m${seq}`), sentAt: 1 };
    }
    default:
      return undefined;
  }
}
const log = { minSeq: 1, logEpoch: 'e1' };

test('bindUser, updateConfig, send, close and reconnect in any order, against any order of answers (P13, I27)', async () => {
  const call = fc.constantFrom(
    'bind',
    'bind Bo',
    'tea',
    'coffee',
    'send',
    'read',
    'close',
    'reconnect',
    'lose',
    'open',
  );
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(call, { maxLength: 25 }), async (s, calls) => {
      const store = storeInMemory();
      const inSomeOrder: OutboxStore = { ...store, all: (user) => s.schedule(store.all(user), 'store') };
      const at = await adasClient({}, { store: inSomeOrder });
      const known = new Map<string, number>();
      const promises: Promise<string>[] = [];
      const heardOn = new Map<object, number>();
      let sends = 0;

      /** Lets the server answer what is new; each answer comes at its own time, but on one socket in order. */
      const serve = () => {
        const { line } = at;
        for (const frame of line.sent.slice(heardOn.get(line) ?? 0)) {
          const said = answer(frame, known);
          if (said && !line.isOver) void s.schedule(Promise.resolve(), frame.op).then(() => line.says(said));
        }
        heardOn.set(line, line.sent.length);
      };
      const calling: Record<string, () => void> = {
        bind: () => at.session.bindUser({ token: 't', uid: ada.userId }),
        'bind Bo': () => at.session.bindUser({ token: 't', uid: bo.userId }),
        tea: () => at.session.updateConfig({ dlgId: tea, dlgKey: ring(1) }),
        coffee: () => at.session.updateConfig({ dlgId: coffee, dlgKey: ring(1) }),
        send: () => {
          const sending = at.session.send({ type: 'text', text: 'hi' }, { clientMsgId: `c${++sends}` });
          promises.push(
            sending.then(
              () => 'stored',
              (error: { outcome: string }) => error.outcome,
            ),
          );
        },
        read: () => void at.session.history().catch(() => {}),
        close: () => at.session.close(),
        reconnect: () => at.session.reconnect(),
        lose: () => at.line.isOver || at.line.loses(),
        open: () => at.greet(),
      };
      const play = (name: string) => {
        calling[name]?.();
        serve();
      };
      const calm = async () => {
        for (let turn = 0; turn < 12; turn++) {
          serve();
          await s.waitIdle();
          await settled();
        }
      };
      for (const name of calls) {
        void s.schedule(Promise.resolve(), name).then(() => play(name));
      }
      await calm();
      // Whatever it was: now Ada is back, and everything works.
      for (const name of ['close', 'reconnect', 'bind', 'open']) play(name);
      await calm();
      play('tea');
      await calm();
      expect(at.heard('state').at(-1)?.name).toBe('live');
      expect(at.heard('opened').at(-1)?.dlgId).toBe(tea);
      const last = at.session.send({ type: 'text', text: 'last' }, { clientMsgId: 'last' });
      await calm();
      expect(await last).toMatchObject({ seq: known.get('last') });
      at.session.close();
      const outcomes = await Promise.all(promises);
      expect(outcomes).toHaveLength(sends);
      // Nobody hears of a message that it is certainly not stored when it is (I2).
      outcomes.forEach((outcome, which) => {
        if (known.has(`c${which + 1}`)) expect(outcome).not.toBe('none');
      });
    }),
    { numRuns: 60 },
  );
});

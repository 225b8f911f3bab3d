import { id, type ClientMsgId, type DlgId, type Instant, type Payload } from '@trialogue/protocol';
import { shallowRef } from 'vue';

import { imApp } from '../../lib/im.ts';
import type { Line } from './timeline.ts';

/** A message of ours that is not in the timeline yet. */
export interface Pending {
  clientMsgId: ClientMsgId;
  said: Payload;
  sentAt: Instant;
  state: 'sending' | 'failed';
}

/**
 * Our own messages on their way. Each keeps its `clientMsgId` through every retry, so that it is stored once,
 * whatever became of the answer.
 */
export function useOutbox(
  dlgId: DlgId,
  heard: { stored: (message: Omit<Line, 'fromuid'>) => void; failed: (error: unknown) => void },
) {
  const pending = shallowRef<readonly Pending[]>([]);

  const change = (clientMsgId: ClientMsgId, state: Pending['state']) => {
    pending.value = pending.value.map((one) => (one.clientMsgId === clientMsgId ? { ...one, state } : one));
  };

  async function transmit(clientMsgId: ClientMsgId, said: Payload): Promise<void> {
    try {
      const { seq, sentAt } = await imApp.socket.send(said, { clientMsgId, dlgId });
      heard.stored({ seq, clientMsgId, said, sentAt, recalled: false });
    } catch (error) {
      change(clientMsgId, 'failed');
      heard.failed(error);
    }
  }

  return {
    pending,
    send(said: Payload): void {
      const clientMsgId = id<ClientMsgId>(imApp.newClientMsgId());
      pending.value = [...pending.value, { clientMsgId, said, sentAt: Date.now(), state: 'sending' }];
      void transmit(clientMsgId, said);
    },
    retry(clientMsgId: ClientMsgId): void {
      const one = pending.value.find((each) => each.clientMsgId === clientMsgId && each.state === 'failed');
      if (!one) return;
      change(clientMsgId, 'sending');
      void transmit(clientMsgId, one.said);
    },
    /** They are in the timeline now. */
    settle(arrived: ReadonlySet<ClientMsgId>): void {
      if (pending.value.some(({ clientMsgId }) => arrived.has(clientMsgId)))
        pending.value = pending.value.filter(({ clientMsgId }) => !arrived.has(clientMsgId));
    },
  };
}

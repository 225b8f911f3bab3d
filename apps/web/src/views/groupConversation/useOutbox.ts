import { id, type ClientMsgId, type DlgId, type Instant, type Payload } from '@trialogue/protocol';
import { computed, onScopeDispose, ref, shallowRef } from 'vue';

import { imApp } from '../../lib/im.ts';
import { onIm } from '../../lib/useIm.ts';
import { after, disconnected, withKept, withOne, without, type Pending } from './pending.ts';
import type { Line } from './timeline.ts';

/** Said once, perhaps before any conversation is shown. */
const isKept = ref(true);
imApp.on('outboxInMemory', () => (isKept.value = false));

/**
 * Our own messages on their way: of this page, those that a page before it left behind, and those of other tabs. Each
 * keeps its `clientMsgId` through every retry, so that it is stored once, whatever became of the answer.
 */
export function useOutbox(
  dlgId: DlgId,
  heard: {
    stored: (message: Pick<Line, 'seq' | 'clientMsgId' | 'said' | 'sentAt'>) => void;
    failed: (error: unknown) => void;
  },
) {
  const pending = shallowRef<readonly Pending[]>([]);

  function look(): void {
    const kept = imApp.socket.outbox().filter((one) => one.dlgId === dlgId);
    pending.value = withKept(pending.value, kept);
  }
  look();
  onIm('opened', look);
  onIm('key', look);
  onIm('outbox', (event) => {
    if (event.dlgId !== dlgId) return;
    pending.value = after(pending.value, event, Date.now());
    if (event.state !== 'sent') return;
    const { clientMsgId, seq, sentAt } = event;
    const said = pending.value.find((one) => one.clientMsgId === clientMsgId)?.said;
    if (said) heard.stored({ seq, clientMsgId, said, sentAt });
  });

  onIm('close', () => (pending.value = disconnected(pending.value)));

  /** What waits is in memory only, and gone with this page. */
  const isAtRisk = computed(() => !isKept.value && pending.value.some(({ state }) => state !== 'sent'));
  const warn = (event: BeforeUnloadEvent) => {
    if (isAtRisk.value) event.preventDefault();
  };
  addEventListener('beforeunload', warn);
  onScopeDispose(() => removeEventListener('beforeunload', warn));

  async function transmit(clientMsgId: ClientMsgId, send: () => Promise<unknown>): Promise<void> {
    try {
      await send();
    } catch (error) {
      const one = pending.value.find((each) => each.clientMsgId === clientMsgId);
      const name = (error as { error?: string }).error;
      // Not taken at all, so that no event tells of it.
      if (one && one.state !== 'failed')
        pending.value = withOne(pending.value, { ...one, state: 'failed', error: name });
      heard.failed(error);
    }
  }
  const isInOutbox = (clientMsgId: ClientMsgId) =>
    imApp.socket.outbox().some((one) => one.dlgId === dlgId && one.clientMsgId === clientMsgId);

  return {
    pending,
    isAtRisk,
    /** What was shown before it could go out keeps its name and its place. */
    send(said: Payload, as: { clientMsgId?: ClientMsgId; sentAt?: Instant } = {}): void {
      const { clientMsgId = id<ClientMsgId>(imApp.newClientMsgId()), sentAt = Date.now() } = as;
      pending.value = withOne(pending.value, { clientMsgId, said, sentAt, state: 'queued', isFresh: true });
      void transmit(clientMsgId, () => imApp.socket.send(said, { clientMsgId, dlgId }));
    },
    retry(clientMsgId: ClientMsgId): void {
      const one = pending.value.find((each) => each.clientMsgId === clientMsgId && each.state === 'failed');
      if (!one) return;
      const { said } = one;
      pending.value = withOne(pending.value, { ...one, state: 'queued', error: undefined });
      void transmit(clientMsgId, () => {
        if (said.type === 'unknown' || isInOutbox(clientMsgId)) return imApp.socket.retry({ dlgId, clientMsgId });
        return imApp.socket.send(said, { clientMsgId, dlgId });
      });
    },
    discard(clientMsgId: ClientMsgId): void {
      pending.value = without(pending.value, new Set([clientMsgId]));
      if (isInOutbox(clientMsgId)) imApp.socket.discard({ dlgId, clientMsgId });
    },
    /** They are in the timeline now. */
    settle(arrived: ReadonlySet<ClientMsgId>): void {
      pending.value = without(pending.value, arrived);
    },
  };
}

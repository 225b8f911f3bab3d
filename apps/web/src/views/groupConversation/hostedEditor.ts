import type { DlgId } from '@trialogue/protocol';
import { nextTick, onScopeDispose, watch, type Ref } from 'vue';

import { host } from '../../lib/host.ts';
import type { Pending } from './pending.ts';

interface Editing {
  dlgId: DlgId;
  /** Whether something unsent stands in the box. */
  isWritten: () => boolean;
  /** Whether one can write already, and still may: the box stands there and takes the cursor. */
  isOpen: () => boolean;
  focus: () => void;
  insert: (words: string) => void;
  /** What stands in the box is in `pending` afterwards. */
  send: () => Promise<void>;
  pending: Readonly<Ref<readonly Pending[]>>;
}

let open: Editing | undefined;
/** Asked for before there was a box to do it with. */
let wished: ((box: Editing) => unknown)[] = [];

const withBox = (work: (box: Editing) => unknown) => {
  if (open) void work(open);
  else wished.push(work);
};

/** The message box of the open conversation, in the hands of the page around us. */
export const hostedEditor = {
  focus: () => withBox((box) => box.focus()),
  insert: (words: string) => withBox((box) => box.insert(words)),
  /** Answers with `sent`, once it is known what became of it. */
  send: () =>
    withBox(async (box) => {
      await box.send();
      const isStored = await settled(box.pending);
      host?.say({ action: 'sent', payload: { dlgId: box.dlgId, isStored } });
    }),
  /** Another conversation is asked for: what was wished for the one before is void. */
  forget: () => void (wished = []),
};

/** Once nothing is on its way any more: whether all of it has arrived. */
const settled = (pending: Editing['pending']): Promise<boolean> =>
  new Promise((done) => {
    const now = outcome(pending.value);
    if (now !== undefined) return done(now);
    const stop = watch(pending, (list) => {
      const then = outcome(list);
      if (then === undefined) return;
      stop();
      done(then);
    });
  });

function outcome(pending: readonly Pending[]): boolean | undefined {
  const isOver = pending.every(({ state }) => state === 'sent' || state === 'failed');
  return isOver ? pending.every(({ state }) => state === 'sent') : undefined;
}

/** Lends the message box to the page around us for as long as the conversation is open, and tells it what it may know. */
export function useHostedEditor(box: Editing): void {
  if (!host) return;
  const { dlgId } = box;
  watch(
    box.isOpen,
    async (isOpen) => {
      open = isOpen ? box : undefined;
      if (!isOpen) return;
      host?.say({ action: 'opened', payload: { dlgId } });
      // Once all that opens together with it stands: what comes later would take the cursor away again.
      await nextTick();
      if (open !== box) return;
      const due = wished;
      wished = [];
      for (const work of due) void work(box);
    },
    { immediate: true, flush: 'post' },
  );
  watch(box.isWritten, (isThere) => host?.say({ action: 'draft', payload: { dlgId, isThere } }), { immediate: true });
  onScopeDispose(() => {
    if (open === box) open = undefined;
  });
}

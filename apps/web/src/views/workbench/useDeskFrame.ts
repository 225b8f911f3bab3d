import type { DlgId } from '@trialogue/protocol';
import type { FromFrame, ToFrame } from '@trialogue/protocol/host';
import { onScopeDispose, ref, type Ref } from 'vue';

import { signOut } from '../../http/index.ts';
import { renew } from '../../http/renew.ts';
import { openDesk } from '../../lib/desk.ts';
import { getSession } from '../../utils/index.ts';

/** Longer than a send takes that is not held back by the network. */
const SENT_WITHIN_MS = 10_000;

interface Heard {
  bound: () => void;
  unread: (dlgId: DlgId, unread: number) => void;
  activity: (dlgId: DlgId) => void;
  draft: (dlgId: DlgId, isThere: boolean) => void;
  pressed: (key: string, isWriting: boolean) => void;
}

/**
 * The conversation in its frame, as any platform's desk would hold it: it is told who reads and which conversation is to
 * be open, and tells what becomes of it. No word of a conversation crosses this bridge.
 */
export function useDeskFrame(frame: Readonly<Ref<HTMLIFrameElement | null>>, keys: () => string[], heard: Heard) {
  /** Whether what was asked for can be written in already. */
  const isOpen = ref(false);
  let asked: { dlgId: DlgId; isNotes: boolean } | undefined;
  let isBound = false;
  /** What was asked of the message box before the frame could hear it. */
  let wished: ToFrame[] = [];
  let settleSent: ((isStored: boolean) => void) | undefined;
  const desk = openDesk(window, () => frame.value?.contentWindow, hear);
  onScopeDispose(() => desk.close());

  function hear({ action, payload }: FromFrame): void {
    switch (action) {
      case 'ready':
        isBound = false;
        return transfer();
      case 'bindUserSuccess':
        watchKeys();
        if (asked) desk.sendToIframe({ action: 'selectConversation', payload: asked });
        isBound = true;
        for (const message of wished) tellBox(message);
        wished = [];
        return heard.bound();
      case 'unauthorized':
        isOpen.value = false;
        return void lendAgain();
      case 'opened':
        if (payload.dlgId === asked?.dlgId) isOpen.value = true;
        return undefined;
      case 'unread':
        return heard.unread(payload.dlgId, payload.unread);
      case 'activity':
        return heard.activity(payload.dlgId);
      case 'draft':
        return heard.draft(payload.dlgId, payload.isThere);
      case 'sent':
        return settleSent?.(payload.isStored);
      case 'pressed':
        return heard.pressed(payload.key, payload.isWriting);
      case 'error':
      case 'navigate':
        return undefined;
    }
  }

  function transfer(): void {
    const now = getSession('userInfo');
    if (now)
      desk.sendToIframe({
        action: 'transferUser',
        payload: { token: now.token, userId: now.userId, urole: now.urole },
      });
  }
  async function lendAgain(): Promise<void> {
    const now = getSession('userInfo');
    try {
      if (now && (await renew(now))) return transfer();
    } catch {
      return;
    }
    signOut('auth.expired');
  }
  const watchKeys = () => desk.sendToIframe({ action: 'watchKeys', payload: { keys: keys() } });
  /** The keyboard follows: what is pressed next goes to the frame. */
  const enter = () => {
    frame.value?.focus();
    frame.value?.contentWindow?.focus();
  };

  function tellBox(message: ToFrame): void {
    enter();
    if (isBound) desk.sendToIframe(message);
    else wished.push(message);
  }

  return {
    isOpen,
    transfer,
    watchKeys,
    enter,
    select(dlgId: DlgId, isNotes = false): void {
      if (asked?.dlgId === dlgId) return;
      asked = { dlgId, isNotes };
      isOpen.value = false;
      wished = [];
      settleSent?.(false);
      desk.sendToIframe({ action: 'selectConversation', payload: asked });
    },
    focusEditor: () => tellBox({ action: 'focusEditor', payload: {} }),
    insert: (text: string) => tellBox({ action: 'insertText', payload: { text } }),
    /** Whether all that was written is stored now. */
    send(): Promise<boolean> {
      settleSent?.(false);
      return new Promise((done) => {
        const timer = setTimeout(() => settleSent?.(false), SENT_WITHIN_MS);
        settleSent = (isStored) => {
          clearTimeout(timer);
          settleSent = undefined;
          done(isStored);
        };
        desk.sendToIframe({ action: 'send', payload: {} });
      });
    },
  };
}

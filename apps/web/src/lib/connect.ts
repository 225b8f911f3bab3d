import type { UserId } from '@trialogue/protocol';

import { imApp } from './im.ts';

/** The server's socket is where its pages are. `getConversation` says it too, once there is a conversation. */
export const ownWsAddress = (): string => `${location.origin.replace(/^http/, 'ws')}/ws`;

export interface Connecting {
  wsAddress: string;
  userId: UserId;
  token: string;
  profile?: { name: string; avatar: string; remark: string };
  conversation?: { dlgId: string; dlgKey: string };
  onBound: () => void;
  /** A newer token, when the one given has run out. */
  getToken: () => Promise<string>;
}

/** Opens the one connection of this page, in place of any that was there, and binds the user to it. */
export function connect({ wsAddress, userId, token, profile, conversation, onBound, getToken }: Connecting): void {
  imApp.getInstance({
    wsAddr: wsAddress,
    dlgKey: conversation?.dlgKey ?? '',
    dlgId: conversation?.dlgId ?? '',
    user: { fromuid: userId },
    handler: {
      onBindUserSuccess: onBound,
    },
    getToken,
  });
  imApp.socket.bindUser({ avatar: '', name: '', remark: '', ...profile, token, uid: userId });
}

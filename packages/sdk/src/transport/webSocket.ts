import { SUBPROTOCOL } from '@trialogue/protocol';

import type { Dial } from './transport.ts';

/** What is needed of a WebSocket: browsers' and Node's own have it, and so has `ws`. */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  readonly readyState: number;
  send(text: string): void;
  close(code?: number): void;
}

export type WebSocketClass = new (url: string, protocols: string[]) => WebSocketLike;

const OPEN = 1;
const NORMAL = 1000;
const ABNORMAL = 1006;

export const dialWith =
  (WebSocket: WebSocketClass): Dial =>
  (url, tell) => {
    let socket: WebSocketLike;
    try {
      socket = new WebSocket(url, [SUBPROTOCOL]);
    } catch (error) {
      // A browser refuses some addresses at once, for instance ws: from a page under https:.
      queueMicrotask(() => tell.lost(ABNORMAL, error instanceof Error ? error.message : ''));
      return { transmit: () => {}, hangUp: () => {} };
    }
    socket.onopen = () => tell.opened();
    socket.onmessage = ({ data }: { data: unknown }) => tell.heard(data);
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => tell.lost(code, reason);
    // Says nothing that onclose does not; but with nobody listening, `ws` would end the process.
    socket.onerror = () => {};
    return {
      transmit: (text) => {
        if (socket.readyState === OPEN) socket.send(text);
      },
      hangUp: () => socket.close(NORMAL),
    };
  };

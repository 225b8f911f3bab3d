import { Im, type Received } from '@trialogue/sdk';
import { WebSocket } from 'ws';

/** Somebody in one conversation, with the SDK as an application uses it. */
export interface Person {
  name: string;
  /** What was said to the application, in the order in which it was. */
  heard: Received[];
  /** What has an answer: it is stored. */
  sent: string[];
  texts(): string[];
  say(text: string): Promise<void>;
  /** Says one thing after the other until told to stop; answers when the last one is stored. */
  talk(gapMs: number): () => Promise<void>;
  isOpen(): boolean;
  /** The network breaks; the SDK comes back by itself. */
  cut(): void;
  leave(): void;
}

export function person(
  name: string,
  to: { wsAddress: string; dlgId: string; dlgKey: string; userId: string; imToken: string },
  newToken: () => Promise<string>,
): Person {
  let socket: WebSocket | undefined;
  const keep = (latest: WebSocket) => (socket = latest);
  const Kept = class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      keep(this);
    }
  };
  const im = new Im({ WebSocket: Kept });
  const heard: Received[] = [];
  const sent: string[] = [];
  let count = 0;
  let isOpen = false;
  im.on('opened', () => (isOpen = true));
  im.on('close', () => (isOpen = false));
  im.on('message', (message) => void heard.push(message));
  im.on('connect', () => im.socket.bindUser({ token: to.imToken, uid: to.userId }));
  im.getInstance({
    wsAddr: to.wsAddress,
    dlgId: to.dlgId,
    dlgKey: to.dlgKey,
    user: { fromuid: to.userId },
    getToken: newToken,
  });
  const say = async (text: string) => {
    await im.socket.send({ type: 'text', text });
    sent.push(text);
  };
  return {
    name,
    heard,
    sent,
    texts: () => heard.map(({ payload }) => String(payload?.['text'])),
    say,
    talk(gapMs) {
      let isOver = false;
      const done = (async () => {
        while (!isOver) {
          await say(`${name} ${++count}`);
          await new Promise((resolve) => setTimeout(resolve, gapMs));
        }
      })();
      // Whoever stops it hears of it.
      done.catch(() => {});
      return async () => {
        isOver = true;
        await done;
      };
    },
    isOpen: () => isOpen,
    cut() {
      isOpen = false;
      socket?.terminate();
    },
    leave: () => im.socket.close(),
  };
}

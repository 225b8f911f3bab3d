import type { ClientFrame, ServerFrame } from '@trialogue/protocol';
import type { BrowserContext, Page, WebSocketRoute } from 'playwright-core';

/** The sockets between pages and the server, with somebody in the middle. */
export interface Line {
  /** All sockets end with this code, and every new one as well, until the line is mended. */
  cut(code?: number): void;
  mend(): void;
  /** How many sockets were opened so far, those included that were refused. */
  dialed(): number;
  /** Answers a frame in the server's place, which then never sees it; undefined lets it pass. */
  answer(instead: ((frame: ClientFrame) => ServerFrame | undefined) | undefined): void;
  /** Changes what the server says. */
  change(to: (frame: ServerFrame) => ServerFrame): void;
}

/** To be called before a page is gone to. */
export async function openLine(on: Page | BrowserContext): Promise<Line> {
  let code: number | undefined;
  let dialed = 0;
  let answer: (frame: ClientFrame) => ServerFrame | undefined = () => undefined;
  let change = (frame: ServerFrame) => frame;
  let sockets: WebSocketRoute[] = [];
  await on.routeWebSocket(/\/ws$/, (socket) => {
    dialed += 1;
    if (code !== undefined) return void socket.close({ code });
    const server = socket.connectToServer();
    sockets.push(socket);
    socket.onMessage((text) => {
      const reply = answer(JSON.parse(String(text)) as ClientFrame);
      if (reply) socket.send(JSON.stringify(reply));
      else server.send(text);
    });
    server.onMessage((text) => socket.send(JSON.stringify(change(JSON.parse(String(text)) as ServerFrame))));
  });
  return {
    cut(why = 4001) {
      code = why;
      const open = sockets;
      sockets = [];
      for (const socket of open) void socket.close({ code: why });
    },
    mend: () => void (code = undefined),
    dialed: () => dialed,
    answer: (instead) => void (answer = instead ?? (() => undefined)),
    change: (to) => void (change = to),
  };
}

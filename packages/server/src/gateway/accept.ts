import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { limits, SUBPROTOCOL } from '@trialogue/protocol';
import { WebSocketServer, type WebSocket } from 'ws';

const PATH = '/ws';
/** Sockets of one address that have not said who they are. */
export const UNBOUND_PER_ADDRESS = 20;
/** No client of ours cuts its frames into more pieces. */
const FRAGMENTS_MOST = 16;

export interface AcceptPorts {
  isAllowedOrigin(origin: string): Promise<boolean> | boolean;
  /** Our own; always allowed. */
  publicOrigin?: string | undefined;
  addressOf(request: IncomingMessage): string;
  /** False while the node is going away. */
  isServing(): boolean;
  /** `onKnown` is to be called once the socket has said who it is, or is gone. */
  onSocket(ws: WebSocket, socket: Duplex, onKnown: () => void): void;
}

/**
 * Lets sockets in: one path, known origins, not too many strangers from one address.
 *
 * A request without an `Origin` comes from no browser and so rides on nobody's sign-in; it is let in. Whoever is let
 * in is still nobody until `bind`.
 */
export function createAccept({ isAllowedOrigin, publicOrigin, addressOf, isServing, onSocket }: AcceptPorts) {
  const strangers = new Map<string, number>();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
    maxFragments: FRAGMENTS_MOST,
    handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
  });

  const isFromAllowed = async ({ headers: { origin } }: IncomingMessage): Promise<boolean> =>
    origin === undefined || origin === publicOrigin || (origin !== 'null' && (await isAllowedOrigin(origin)));

  /** @returns how to say that it is a stranger no more. */
  const countStranger = (address: string) => {
    strangers.set(address, (strangers.get(address) ?? 0) + 1);
    let isCounted = true;
    return () => {
      if (!isCounted) return;
      isCounted = false;
      const rest = (strangers.get(address) ?? 1) - 1;
      if (rest > 0) strangers.set(address, rest);
      else strangers.delete(address);
    };
  };

  return async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    // Until `ws` looks after it nobody does, and an unheard error would end the process.
    socket.on('error', () => socket.destroy());
    if (request.url?.split('?', 1)[0] !== PATH) return refuse(socket, 404);
    if (!isServing()) return refuse(socket, 503, { 'Retry-After': '1' });

    const address = addressOf(request);
    if ((strangers.get(address) ?? 0) >= UNBOUND_PER_ADDRESS) return refuse(socket, 429, { 'Retry-After': '5' });
    const onKnown = countStranger(address);
    socket.once('close', onKnown);

    let isAllowed: boolean;
    try {
      isAllowed = await isFromAllowed(request);
    } catch {
      return refuse(socket, 503, { 'Retry-After': '1' });
    }
    if (!isAllowed) return refuse(socket, 403);
    if (!isServing()) return refuse(socket, 503, { 'Retry-After': '1' });
    server.handleUpgrade(request, socket, head, (ws) => onSocket(ws, socket, onKnown));
  };
}

function refuse(socket: Duplex, status: number, headers: Record<string, string> = {}): void {
  const body = STATUS_CODES[status] ?? '';
  const lines = Object.entries({
    Connection: 'close',
    'Content-Type': 'text/plain',
    'Content-Length': String(body.length),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${body}\r\n${lines.join('')}\r\n${body}`);
}

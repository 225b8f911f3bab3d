import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { SUBPROTOCOL, type Limits } from '@trialogue/protocol';
import { WebSocketServer, type WebSocket } from 'ws';

import { fullAllowance, isOverdrawn, spend } from './allowance.ts';
import type { Timers } from './timers.ts';

const PATH = '/ws';
/** Whoever comes in a crowd is asked to come again within so many seconds, each at a time of its own. */
const SPREAD_SECONDS = 10;
/** No client of ours cuts its frames into more pieces. */
const FRAGMENTS_MOST = 16;

export interface AcceptPorts {
  isAllowedOrigin(origin: string): Promise<boolean> | boolean;
  /** Our own; always allowed. */
  publicOrigin?: string | undefined;
  addressOf(request: IncomingMessage): string;
  /** False while the node is going away. */
  isServing(): boolean;
  /** Sockets that are in. */
  connections(): number;
  limits: Pick<Limits, 'frameBytes' | 'unboundPerAddress' | 'socketsPerNode' | 'upgradesPerSecond'>;
  timers: Pick<Timers, 'now' | 'chance'>;
  /** `onKnown` is to be called once the socket has said who it is, or is gone. */
  onSocket(ws: WebSocket, socket: Duplex, onKnown: () => void): void;
}

/**
 * Lets sockets in: one path, known origins, not too many strangers from one address, not all at once, and no more than
 * the node holds.
 *
 * A request without an `Origin` comes from no browser and so rides on nobody's sign-in; it is let in. Whoever is let
 * in is still nobody until `bind`.
 */
export function createAccept({ isAllowedOrigin, publicOrigin, addressOf, isServing, onSocket, ...at }: AcceptPorts) {
  const { limits, timers } = at;
  const rate = { perSecond: limits.upgradesPerSecond, burst: limits.upgradesPerSecond };
  let upgrades = fullAllowance(rate, timers.now());
  /** Let in, and not yet handed on. */
  let coming = 0;
  const strangers = new Map<string, number>();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
    maxFragments: FRAGMENTS_MOST,
    handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
  });

  /** Whoever is turned away costs next to nothing, so it is not counted. */
  const isCrowded = (): boolean => {
    const next = spend(upgrades, rate, timers.now());
    if (isOverdrawn(next)) return true;
    upgrades = next;
    return false;
  };
  const comeLater = (socket: Duplex) => {
    refuse(socket, 503, { 'Retry-After': String(1 + Math.floor(timers.chance() * SPREAD_SECONDS)) });
  };
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
    socket.on('error', destroy);
    if (request.url?.split('?', 1)[0] !== PATH) return refuse(socket, 404);
    if (!isServing()) return comeLater(socket);

    const address = addressOf(request);
    if ((strangers.get(address) ?? 0) >= limits.unboundPerAddress) return refuse(socket, 429, { 'Retry-After': '5' });
    if (at.connections() + coming >= limits.socketsPerNode || isCrowded()) return comeLater(socket);
    const onKnown = countStranger(address);
    socket.once('close', onKnown);

    let isAllowed: boolean;
    coming++;
    try {
      isAllowed = await isFromAllowed(request);
    } catch {
      return comeLater(socket);
    } finally {
      coming--;
    }
    if (!isAllowed) return refuse(socket, 403);
    if (!isServing()) return comeLater(socket);
    server.handleUpgrade(request, socket, head, (ws) => {
      // From here on `onSocket` sees to it.
      socket.off('close', onKnown);
      onSocket(ws, socket, onKnown);
    });
  };
}

/** For all of them: a function of its own would stay with each socket. */
function destroy(this: Duplex): void {
  this.destroy();
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

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { limits as defaults, type Limits } from '@trialogue/protocol';
import type { RawData, WebSocket } from 'ws';

import type { SignIn } from '../access/signIn.ts';
import type { Chat, Log } from '../chat/chat.ts';
import type { Bus, Clock, Presence } from '../chat/ports.ts';
import type { Logger } from '../ops/log.ts';
import { noMetrics, type Metrics } from '../ops/metrics.ts';
import { createAccept } from './accept.ts';
import { heard } from './events.ts';
import { createSender } from './outbound.ts';
import { SocketLine } from './socketLine.ts';
import { createSwitchboard } from './switchboard.ts';
import { machineTimers } from './timers.ts';

export interface GatewayPorts {
  chat: Chat;
  log: Log;
  signIn: SignIn;
  bus: Bus;
  clock: Clock;
  logger: Logger;
  metrics?: Metrics;
  limits?: Limits;
  isAllowedOrigin(origin: string): Promise<boolean> | boolean;
  publicOrigin?: string;
  /** Whose sockets are counted together before they say who they are. By default the address of the peer. */
  addressOf?: (request: IncomingMessage) => string;
}

export interface Gateway {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  presence: Presence;
  /**
   * Lets nobody in any more, tells all sockets to leave at a moment within `inMs`, each at its own, and answers what
   * they sent before. Settles when all have left.
   */
  drain(inMs: number): Promise<void>;
  /** Cuts all sockets at once. */
  close(): Promise<void>;
  connections(): number;
}

export function createGateway(ports: GatewayPorts): Gateway {
  const { chat, log, signIn, bus, clock, logger, metrics = noMetrics, limits = defaults } = ports;
  const timers = machineTimers;
  const sender = createSender({ limits, timers });
  const sockets = new Map<WebSocket, SocketLine>();
  const switchboard = createSwitchboard({ chat, log, signIn, bus, clock, logger, metrics, limits, timers });
  let isServing = true;
  let onLastGone: (() => void) | undefined;

  const onSocket = (ws: WebSocket, socket: Duplex, onKnown: () => void) => {
    const line = new SocketLine(ws, socket, { sender, switchboard, onKnown });
    sockets.set(ws, line);
    metrics.sockets(1);
    ws.on('message', onMessage);
    ws.on('ping', onPoked);
    ws.on('pong', onPoked);
    ws.on('error', onError);
    ws.on('close', onClose);
    line.driver.tell({ type: 'opened', serverTime: clock.now() });
  };
  // One of each for all sockets: of a silent one, functions of its own would be a good part.
  function onMessage(this: WebSocket, data: RawData, isBinary: boolean) {
    const driver = sockets.get(this)?.driver;
    if (isBinary) return driver?.tell({ type: 'garbled', why: 'frame: expected text, not binary' });
    const bytes = data as Buffer;
    const event = heard(bytes.toString(), bytes.length);
    if (event.type === 'heard') metrics.frameIn(event.frame.op);
    driver?.tell(event);
  }
  function onPoked(this: WebSocket) {
    sockets.get(this)?.driver.tell({ type: 'poked' });
  }
  // What is wrong with the bytes `ws` has answered with a close of its own; its `close` event follows.
  function onError(this: WebSocket) {
    sockets.get(this)?.stop();
  }
  function onClose(this: WebSocket) {
    const line = sockets.get(this);
    line?.stop();
    line?.driver.tell({ type: 'lost' });
    line?.known();
    sockets.delete(this);
    metrics.sockets(-1);
    if (sockets.size === 0) onLastGone?.();
  }

  const accept = createAccept({
    isAllowedOrigin: ports.isAllowedOrigin,
    publicOrigin: ports.publicOrigin,
    addressOf: ports.addressOf ?? ((request) => request.socket.remoteAddress ?? ''),
    isServing: () => isServing,
    connections: () => sockets.size,
    limits,
    timers,
    onSocket,
  });

  return {
    handleUpgrade(request, socket, head) {
      accept(request, socket, head).catch((error: unknown) => {
        socket.destroy();
        metrics.failed('gateway.accept');
        logger.error('a socket could not be let in', { error });
      });
    },
    presence: switchboard.presence,
    async drain(inMs) {
      isServing = false;
      if (sockets.size === 0) return;
      const allGone = new Promise<void>((resolve) => (onLastGone = resolve));
      for (const { driver } of sockets.values()) {
        driver.tell({ type: 'drain', inMs: Math.floor(timers.chance() * (inMs + 1)) });
      }
      await allGone;
    },
    async close() {
      isServing = false;
      switchboard.stop();
      for (const ws of sockets.keys()) ws.terminate();
      sender.close();
    },
    connections: () => sockets.size,
  };
}

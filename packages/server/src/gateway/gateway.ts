import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { closeCodes, limits as defaults, type Limits } from '@trialogue/protocol';
import { WebSocket, type RawData } from 'ws';

import type { SignIn } from '../access/signIn.ts';
import type { Chat, Log } from '../chat/chat.ts';
import type { Bus, Clock, Presence } from '../chat/ports.ts';
import type { Logger } from '../ops/log.ts';
import { noMetrics, type Metrics } from '../ops/metrics.ts';
import { createAccept } from './accept.ts';
import type { Driver, Line } from './driver.ts';
import { heard } from './events.ts';
import { createSender } from './outbound.ts';
import { createSwitchboard } from './switchboard.ts';
import { machineTimers } from './timers.ts';
import { bytesOf } from './wire.ts';

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

/** How long the other end may take to answer our close. */
const FAREWELL_MS = 2_000;
/** RFC 6455 §5.5: a close frame holds 125 bytes, and two are the code. */
const LONGEST_REASON_BYTES = 123;

export function createGateway(ports: GatewayPorts): Gateway {
  const { chat, log, signIn, bus, clock, logger, metrics = noMetrics, limits = defaults } = ports;
  const timers = machineTimers;
  const sender = createSender({ limits, timers });
  const sockets = new Map<WebSocket, Driver>();
  const switchboard = createSwitchboard({ chat, log, signIn, bus, clock, logger, metrics, limits, timers });
  let isServing = true;
  let onLastGone: (() => void) | undefined;

  const onSocket = (ws: WebSocket, socket: Duplex, onKnown: () => void) => {
    const outbound = sender.open(socket, {
      isOpen: () => ws.readyState === WebSocket.OPEN,
      onChoked: () => driver.tell({ type: 'choked' }),
    });
    const line: Line = {
      send: (frame) => outbound.send(bytesOf(frame)),
      close(reason, says) {
        outbound.flush();
        outbound.stop();
        ws.close(closeCodes[reason].code, fit(says));
        setTimeout(() => ws.terminate(), FAREWELL_MS).unref();
      },
      unsentBytes: () => outbound.unsentBytes(),
    };
    const driver = switchboard.plug(line, onKnown);
    sockets.set(ws, driver);
    metrics.sockets(1);

    ws.on('message', (data: RawData, isBinary: boolean) => {
      if (isBinary) return driver.tell({ type: 'garbled', why: 'frame: expected text, not binary' });
      const bytes = data as Buffer;
      const event = heard(bytes.toString(), bytes.length);
      if (event.type === 'heard') metrics.frameIn(event.frame.op);
      driver.tell(event);
    });
    ws.on('ping', () => driver.tell({ type: 'poked' }));
    ws.on('pong', () => driver.tell({ type: 'poked' }));
    // What is wrong with the bytes `ws` has answered with a close of its own; its `close` event follows.
    ws.on('error', () => outbound.stop());
    ws.on('close', () => {
      outbound.stop();
      driver.tell({ type: 'lost' });
      onKnown();
      sockets.delete(ws);
      metrics.sockets(-1);
      if (sockets.size === 0) onLastGone?.();
    });
    driver.tell({ type: 'opened', serverTime: clock.now() });
  };

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
      for (const driver of sockets.values()) {
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

/** As much as a close frame holds. */
function fit(says: string): string {
  let reason = says.slice(0, LONGEST_REASON_BYTES);
  while (Buffer.byteLength(reason) > LONGEST_REASON_BYTES) reason = reason.slice(0, -1);
  return reason;
}

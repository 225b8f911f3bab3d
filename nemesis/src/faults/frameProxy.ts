import type { AddressInfo } from 'node:net';

import type { Random } from '@trialogue/testkit';
import { WebSocket, WebSocketServer, type RawData } from 'ws';

import { onEnd } from '../cleanUp.ts';

/** How often each harm is done to a frame: parts of 1. */
export interface Harms {
  /** It arrives twice. */
  double: number;
  /** It arrives after the one behind it. */
  swap: number;
  /** Its end is missing. */
  truncate: number;
  /** Something else arrives before it. */
  garbage: number;
}

export interface FrameProxy {
  url: string;
  /** By name of the harm. */
  done: Map<keyof Harms, number>;
  /** Passes everything on as it is, from now on. */
  heal(): void;
  close(): void;
}

/** What waits to be overtaken does not wait longer, when nothing comes behind it. */
const OVERTAKEN_MS = 50;

/**
 * Stands between clients and server and harms their frames: below it TCP would repair everything. Seeded, so that the
 * same seed harms the same way for the same traffic.
 */
export async function startFrameProxy(target: () => string, random: Random, harms: Harms): Promise<FrameProxy> {
  const done = new Map<keyof Harms, number>();
  let isHarming = true;
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    perMessageDeflate: false,
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  await new Promise<void>((resolve, reject) => server.once('listening', resolve).once('error', reject));

  const does = (harm: keyof Harms): boolean => {
    if (!isHarming || !random.chance(harms[harm])) return false;
    done.set(harm, (done.get(harm) ?? 0) + 1);
    return true;
  };
  /** One direction of one connection. */
  const lane = (to: WebSocket) => {
    let overtaken: string | undefined;
    const out = (text: string | Buffer) => to.readyState === WebSocket.OPEN && to.send(text);
    const letGo = () => {
      if (overtaken !== undefined) out(overtaken);
      overtaken = undefined;
    };
    return (text: string) => {
      if (does('garbage')) out(nonsense(random));
      if (overtaken === undefined && does('swap')) {
        overtaken = text;
        setTimeout(letGo, OVERTAKEN_MS);
        return;
      }
      out(does('truncate') ? text.slice(0, random.between(0, Math.max(0, text.length - 1))) : text);
      if (does('double')) out(text);
      letGo();
    };
  };

  server.on('connection', (client, request) => {
    const upstream = new WebSocket(target(), request.headers['sec-websocket-protocol'] ?? [], {
      perMessageDeflate: false,
    });
    const toServer = lane(upstream);
    const toClient = lane(client);
    const early: string[] = [];
    client.on('message', (data: RawData) => {
      if (upstream.readyState === WebSocket.CONNECTING) early.push((data as Buffer).toString());
      else toServer((data as Buffer).toString());
    });
    upstream.on('open', () => early.splice(0).forEach(toServer));
    upstream.on('message', (data: RawData) => toClient((data as Buffer).toString()));
    const closing = (other: WebSocket) => (code: number, reason: Buffer) => {
      // 1005 and 1006 are never sent; they say that nothing was.
      if (other.readyState === WebSocket.OPEN && code >= 3_000) other.close(code, reason);
      else other.terminate();
    };
    client.on('close', closing(upstream)).on('error', () => {});
    upstream.on('close', closing(client)).on('error', () => {});
  });

  const close = onEnd(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`,
    done,
    heal: () => void (isHarming = false),
    close,
  };
}

/** Bytes, half a frame, the wrong type, deep nesting, a poisoned prototype. */
function nonsense(random: Random): string | Buffer {
  return random.pick<() => string | Buffer>([
    () => Buffer.from(Array.from({ length: random.between(0, 64) }, () => random.between(0, 255))),
    () => '',
    () => 'null',
    () => '{"op":"send","dlgId":',
    () => '{"op":"ack","seq":"one"}',
    () => '{"op":"nothing of ours"}',
    () => `${'['.repeat(2_000)}${']'.repeat(2_000)}`,
    () => '{"op":"message","__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}',
    () => '{"op":"page","id":1e99,"list":{"length":5}}',
  ])();
}

import { createServer, request as ask, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

import { WebSocket, WebSocketServer } from 'ws';

export type Frame = Record<string, unknown> & { op: string };

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** One socket through the proxy, as a fault sees it. */
export interface Wire {
  /** The user it was bound for; empty before. */
  userId: string;
  /** Sends a frame of the fault's own. */
  toClient(frame: Frame): void;
}

/** How a server can be wrong. What is left out is as the real server does it. */
export interface Fault {
  /** What becomes of a frame of the server: [] swallows it. */
  fromServer?(frame: Frame, wire: Wire): Frame[];
  /** What becomes of a frame of a client; `text` may be anything. */
  fromClient?(text: string, wire: Wire): string[];
  path?(path: string): string;
  headers?(headers: IncomingHttpHeaders): IncomingHttpHeaders;
  answer?(answer: Answer, asked: { method: string; path: string; body: string }): Answer;
  /** The server's closes reach the client so much later. */
  closeAfterMs?: number;
  /** With what a close of the server reaches the client. */
  closeCode?(code: number): number;
}

export interface Proxy {
  origin: string;
  close(): Promise<void>;
}

const MOST_BUFFERED_BYTES = 64 * 1024;

/** Stands between the suite and a real server, and lies as the fault has it. Without a fault it changes nothing. */
export async function startProxy(target: string, fault: Fault = {}): Promise<Proxy> {
  const wires = new Set<WebSocket>();
  let origin = '';
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = 'GET', url = '/' } = request;
      const body = Buffer.concat(chunks);
      const headers = { ...(fault.headers?.(request.headers) ?? request.headers) };
      const forward = ask(target, { method, path: fault.path?.(url) ?? url, headers }, (from) => {
        const parts: Buffer[] = [];
        from.on('data', (part: Buffer) => parts.push(part));
        from.on('end', () => {
          const text = Buffer.concat(parts)
            .toString()
            .replaceAll(target.replace('http', 'ws'), origin.replace('http', 'ws'));
          const real: Answer = { status: from.statusCode ?? 0, headers: from.headers, body: text };
          const answer = fault.answer?.(real, { method, path: url, body: body.toString() }) ?? real;
          const { 'transfer-encoding': _, 'content-length': __, connection: ___, ...rest } = answer.headers;
          response.writeHead(answer.status, rest);
          response.end(answer.body);
        });
      });
      forward.on('error', () => response.destroy());
      forward.end(body);
    });
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 2 ** 20,
    handleProtocols: ([first]) => first ?? false,
  });

  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const { origin: from } = fault.headers?.(request.headers) ?? request.headers;
    const upstream = new WebSocket(
      `${target.replace('http', 'ws')}${request.url}`,
      request.headers['sec-websocket-protocol']?.split(', '),
      {
        perMessageDeflate: false,
        ...(typeof from === 'string' && { origin: from }),
      },
    );
    // What the server says first must not come before there is somebody to hear it.
    upstream.pause();
    upstream.on('error', () => socket.destroy());
    upstream.once('unexpected-response', (_, response) => {
      socket.end(`HTTP/1.1 ${response.statusCode} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    });
    upstream.once('open', () => {
      wires.add(upstream);
      sockets.handleUpgrade(request, socket, head, (client) => join(client, upstream, fault));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    origin,
    close: () =>
      new Promise((resolve) => {
        for (const wire of wires) wire.terminate();
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

function join(client: WebSocket, upstream: WebSocket, fault: Fault): void {
  const wire: Wire = { userId: '', toClient: (frame) => client.send(JSON.stringify(frame)) };
  const give = (text: string) => {
    if (client.readyState !== WebSocket.OPEN) return;
    client.send(text, () => {
      if (upstream.isPaused && client.bufferedAmount < MOST_BUFFERED_BYTES) upstream.resume();
    });
    if (client.bufferedAmount >= MOST_BUFFERED_BYTES) upstream.pause();
  };
  upstream.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as Frame;
    if (frame.op === 'bound') wire.userId = String(frame['userId']);
    if (!fault.fromServer) return give(data.toString());
    for (const each of fault.fromServer(frame, wire)) give(JSON.stringify(each));
  });
  upstream.once('close', (code: number, reason: Buffer) => {
    setTimeout(() => {
      if (code === 1006 || code === 1005) client.terminate();
      else client.close(fault.closeCode?.(code) ?? code, reason);
    }, fault.closeAfterMs ?? 0);
  });
  client.on('message', (data: Buffer, isBinary: boolean) => {
    if (upstream.readyState !== WebSocket.OPEN) return;
    if (isBinary || !fault.fromClient) return upstream.send(data, { binary: isBinary });
    for (const text of fault.fromClient(data.toString(), wire)) upstream.send(text);
  });
  client.on('error', () => {});
  client.once('close', () => upstream.terminate());
  upstream.resume();
}

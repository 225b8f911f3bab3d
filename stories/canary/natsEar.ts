import { connect } from 'node:net';

/** Hears all that goes over a NATS, as anybody on its network could: its protocol is lines of text. */
export async function listenToNats(url: string): Promise<{ heard(): Buffer; stop(): void }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const parts: Buffer[] = [];
  const heard = () => Buffer.concat(parts);
  socket.on('error', () => {});
  socket.on('data', (part) => {
    parts.push(part);
    if (part.includes('PING\r\n')) socket.write('PONG\r\n');
  });
  socket.write('CONNECT {"verbose":false}\r\nSUB > 1\r\nPING\r\n');
  while (!heard().includes('PONG\r\n')) await new Promise((resolve) => setTimeout(resolve, 10));
  return { heard, stop: () => socket.destroy() };
}

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A plain load balancer: each connection goes to the next node that takes it, and stays there. No sticky sessions. */
export interface Balancer {
  port: number;
  /** Ports of the nodes that get connections from now on. */
  to: number[];
  close(): void;
}

export async function startBalancer(): Promise<Balancer> {
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer((from) => {
    from.on('error', () => from.destroy());
    const candidates = balancer.to.map((_, at, all) => all[(turn + at) % all.length] ?? 0);
    turn += 1;
    pass(from, candidates);
  });
  const pass = (from: Socket, [port, ...others]: number[]) => {
    if (port === undefined) return void from.destroy();
    const node = connect(port, '127.0.0.1');
    node.once('connect', () => {
      open.add(from);
      from.on('close', () => {
        open.delete(from);
        node.destroy();
      });
      node.on('close', () => from.destroy());
      from.pipe(node).pipe(from);
    });
    node.on('error', () => {
      if (open.has(from)) from.destroy();
      else pass(from, others);
    });
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const balancer: Balancer = {
    port: (server.address() as AddressInfo).port,
    to: [],
    close() {
      server.close();
      for (const from of open) from.destroy();
    },
  };
  return balancer;
}

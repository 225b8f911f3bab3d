import { isIPv6 } from 'node:net';

const everywhere: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
const here: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** How a browser names this server. Without PUBLIC_URL, on this machine, `localhost` and `127.0.0.1` are the same. */
export function ownOrigins({ host, port, publicUrl }: { host: string; port: number; publicUrl: string | undefined }): {
  /** Where it listens. */
  origin: string;
  publicUrl: string;
  own: string[];
} {
  const reached = everywhere.has(host) ? '127.0.0.1' : host;
  const origin = new URL(`http://${isIPv6(reached) ? `[${reached}]` : reached}:${port}`).origin;
  if (publicUrl !== undefined) return { origin, publicUrl, own: [publicUrl] };
  const aliases = here.has(reached) ? ['127.0.0.1', 'localhost'].map((name) => `http://${name}:${port}`) : [];
  return { origin, publicUrl: origin, own: [...new Set([origin, ...aliases])] };
}

/** What one phase came to. */
export interface Row {
  name: string;
  sendsPerSecond: number;
  deliveriesPerSecond: number;
  ackMs: Percentiles;
  deliveryMs: Percentiles;
  /** CPU seconds a second; undefined where the system does not tell. */
  serverCores: number | undefined;
  serverMainCores: number | undefined;
  generatorCores: number;
  refused: number;
  missing: number;
  wrong: string[];
}

interface Percentiles {
  p50: number | undefined;
  p99: number | undefined;
}

export interface Setting {
  groups: number;
  sockets: number;
  size: number;
  joinSeconds: number;
  socketBytes: number;
}

export function printTable(rows: Row[], { groups, sockets, size, joinSeconds, socketBytes }: Setting): void {
  const lines: [string, (row: Row) => string][] = [
    ['sends acked/s (each on disk, fsync on)', (row) => row.sendsPerSecond.toFixed(0)],
    ['deliveries/s', (row) => row.deliveriesPerSecond.toFixed(0)],
    ['ack p50 / p99, ms', (row) => pair(row.ackMs)],
    ['delivery p50 / p99, ms', (row) => pair(row.deliveryMs)],
    ['server CPU, cores', (row) => cores(row.serverCores)],
    ['  of it the main thread', (row) => cores(row.serverMainCores)],
    ['generator CPU, cores (1 = it is the limit)', (row) => cores(row.generatorCores)],
    ['refused as too fast, sent again', (row) => String(row.refused)],
    ['deliveries missing', (row) => String(row.missing)],
    ['out of order, or otherwise wrong', (row) => row.wrong.join('; ') || 'none'],
  ];
  const print = (line: string) => process.stdout.write(`${line}\n`);
  print('');
  print(`${groups} conversations, ${sockets} sockets on loopback, contents of up to ${size} characters`);
  print(`joined in ${joinSeconds.toFixed(1)} s; ${(socketBytes / 1024).toFixed(1)} KiB of server memory a socket`);
  for (const row of rows) {
    print('');
    print(row.name);
    for (const [label, show] of lines) print(`  ${label.padEnd(46)}${show(row)}`);
  }
  print('');
}

const pair = ({ p50, p99 }: Percentiles) => `${p50?.toFixed(1) ?? '–'} / ${p99?.toFixed(1) ?? '–'}`;
const cores = (value: number | undefined) => value?.toFixed(2) ?? 'unknown here';

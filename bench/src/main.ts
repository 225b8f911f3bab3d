import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

import { cpuOf, rssOf } from './cpu.ts';
import type { Order, Report } from './generator.ts';
import { percentile } from './histogram.ts';
import type { Outcome, Phase } from './load.ts';
import { MEMBERS, readOptions, type Options } from './options.ts';
import { makeGroups } from './platform.ts';
import { printTable, type Row } from './report.ts';
import { startServer } from './server.ts';

/*
 * How many messages one server keeps and delivers, and how fast.
 *
 *   main.ts ── starts ──► the built server (its own process, its own database, fsync on)
 *      └────── starts ──► generator.ts: the sockets of all members
 *
 * A delivery is a message that reached a member other than its sender. Latencies count from the moment at which a
 * message was due.
 */

const WARM_UP_MS = 2_000;
const artifacts = fileURLToPath(new URL('../../.artifacts/bench/', import.meta.url));

async function bench(options: Options): Promise<void> {
  const server = await startServer(options.profile ? artifacts : undefined);
  const generator = startGenerator();
  try {
    say(`Making ${options.groups} conversations of ${MEMBERS} …`);
    const groups = await makeGroups(server.origin, server.appSecret, options.groups);
    const idleRss = rssOf(server.pid);
    const wsUrl = `${server.origin.replace('http', 'ws')}/ws`;
    const gatheredAt = performance.now();
    await generator.ask({ do: 'gather', crowd: { wsUrl, groups, size: options.size } });
    const joinSeconds = (performance.now() - gatheredAt) / 1000;
    const sockets = options.groups * MEMBERS;
    const socketBytes = ((rssOf(server.pid) ?? 0) - (idleRss ?? 0)) / sockets;
    say(`${sockets} sockets bound and open after ${joinSeconds.toFixed(1)} s.`);

    const run = async (name: string, loop: Phase['loop']): Promise<Row> => {
      say(`${name}: ${options.seconds} s …`);
      const phase = { loop, warmUpMs: WARM_UP_MS, ms: options.seconds * 1000 };
      const outcome = generator.ask({ do: 'run', phase });
      await sleep(WARM_UP_MS);
      const before = cpuOf(server.pid);
      await sleep(options.seconds * 1000);
      const after = cpuOf(server.pid);
      const report = await outcome;
      if (report.did !== 'run') throw new Error('the generator did not run');
      const used = before && after && { all: after.all - before.all, main: after.mainThread - before.mainThread };
      return rowOf(name, report.outcome, options.seconds, used);
    };

    const closed = await run(`closed loop, ${options.inFlight} in flight a conversation`, {
      inFlight: options.inFlight,
    });
    const rate = options.rate ?? Math.max(1, Math.round(closed.sendsPerSecond / 2));
    const open = await run(`open loop, ${rate} messages/s`, { rate });
    const rows = [closed, open];
    printTable(rows, { ...options, sockets, socketBytes, joinSeconds });
    keep({
      at: new Date().toISOString(),
      node: process.version,
      cpus: cpus().map(({ model }) => model),
      options,
      sockets,
      socketBytes,
      joinSeconds,
      fsync: true,
      rows,
    });
    if (rows.some(({ missing, wrong }) => missing > 0 || wrong.length > 0)) process.exitCode = 1;
  } finally {
    generator.end();
    const { code } = await server.stop();
    if (code !== 0) {
      say(`The server ended with code ${code}.`);
      process.exitCode = 1;
    }
  }
}

function rowOf(name: string, outcome: Outcome, seconds: number, server?: { all: number; main: number }): Row {
  const { acked, delivered, acks, deliveries, cpuSeconds, refused, missing, wrong } = outcome;
  return {
    name,
    sendsPerSecond: acked / seconds,
    deliveriesPerSecond: delivered / seconds,
    ackMs: { p50: percentile(acks, 0.5), p99: percentile(acks, 0.99) },
    deliveryMs: { p50: percentile(deliveries, 0.5), p99: percentile(deliveries, 0.99) },
    serverCores: server && server.all / seconds,
    serverMainCores: server && server.main / seconds,
    generatorCores: cpuSeconds / seconds,
    refused,
    missing,
    wrong: [...new Set(wrong)].slice(0, 10),
  };
}

function startGenerator() {
  const child = fork(fileURLToPath(new URL('generator.ts', import.meta.url)), {
    stdio: 'inherit',
    serialization: 'advanced',
  });
  return {
    ask: (order: Order): Promise<Report> =>
      new Promise((resolve, reject) => {
        const ended = (code: number | null) => reject(new Error(`the generator ended with code ${code}`));
        child.once('exit', ended);
        child.once('message', (report: Report) => {
          child.off('exit', ended);
          if (report.did === 'fail') reject(new Error(report.why));
          else resolve(report);
        });
        child.send(order);
      }),
    end: () => void (child.connected && child.send({ do: 'leave' } satisfies Order)),
  };
}

function keep(result: { at: string; [name: string]: unknown }): void {
  mkdirSync(artifacts, { recursive: true });
  const file = `${artifacts}${result.at.replaceAll(':', '-')}.json`;
  writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`);
  writeFileSync(`${artifacts}latest.json`, `${JSON.stringify(result, undefined, 2)}\n`);
  say('Written to .artifacts/bench/latest.json');
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  await bench(readOptions(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

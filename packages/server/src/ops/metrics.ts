import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** What the parts of a node report about themselves; `/metrics` prints it. Labels are names of ours, never ids. */
export interface Metrics {
  httpDone(operation: string, status: number, seconds: number): void;
  /** A socket was opened (1) or closed (-1). */
  sockets(change: 1 | -1): void;
  /** Why sockets were closed, by name of the close code. */
  socketClosed(reason: string): void;
  frameIn(type: string): void;
  /** A message is on disk and its sender was told. `seconds` from the arrived frame to the sent ack. */
  messageAcked(seconds: number): void;
  /** Message frames handed to sockets. */
  messagesDelivered(count: number): void;
  /** Somebody was told no, on a socket or over HTTP. */
  refused(name: string): void;
  /** So many writes of the storage were made durable together. */
  committed(calls: number, seconds: number): void;
  /** Hands over how many writes of the storage have no answer yet. */
  watchWrites(waiting: () => number): void;
  /** Hands over whether the other nodes can be told anything. Not called where there are none. */
  watchBus(isConnected: () => boolean): void;
  /** Hands over whether files can be reached. Not called where they lie on the disk. */
  watchFiles(isConnected: () => boolean): void;
  /** So many notices did not go out to the other nodes. */
  busDropped(count: number): void;
  /** Something failed that should not: a bug or a broken disk. */
  failed(where: string): void;
}

const CALLS = [1, 2, 4, 8, 16, 32, 64, 128];
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** @returns the reporting side, and the page for Prometheus. */
export function createMetrics(): Metrics & { print(): Promise<{ type: string; text: string }> } {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const http = new Histogram({
    name: 'trialogue_http_seconds',
    help: 'Duration of HTTP requests.',
    labelNames: ['operation', 'status'],
    buckets: SECONDS,
    registers,
  });
  const sockets = new Gauge({ name: 'trialogue_sockets', help: 'Open sockets.', registers });
  const closed = new Counter({
    name: 'trialogue_sockets_closed_total',
    help: 'Closed sockets by reason.',
    labelNames: ['reason'],
    registers,
  });
  const frames = new Counter({
    name: 'trialogue_frames_in_total',
    help: 'Frames from clients by type.',
    labelNames: ['type'],
    registers,
  });
  const acked = new Histogram({
    name: 'trialogue_message_ack_seconds',
    help: 'From an arrived message to the sent acknowledgement.',
    buckets: SECONDS,
    registers,
  });
  const delivered = new Counter({
    name: 'trialogue_messages_delivered_total',
    help: 'Message frames handed to sockets.',
    registers,
  });
  const refused = new Counter({
    name: 'trialogue_refusals_total',
    help: 'Refusals by name.',
    labelNames: ['name'],
    registers,
  });
  const commitCalls = new Histogram({
    name: 'trialogue_storage_commit_calls',
    help: 'Writes that shared one commit.',
    buckets: CALLS,
    registers,
  });
  const commitSeconds = new Histogram({
    name: 'trialogue_storage_commit_seconds',
    help: 'Duration of commits, with all the writes in them.',
    buckets: SECONDS,
    registers,
  });
  const writes = { waiting: () => 0 };
  registry.registerMetric(
    new Gauge({
      name: 'trialogue_storage_writes_waiting',
      help: 'Writes that have no answer yet.',
      registers: [],
      collect() {
        this.set(writes.waiting());
      },
    }),
  );
  const busDropped = new Counter({
    name: 'trialogue_bus_dropped_total',
    help: 'Notices that did not go out to the other nodes.',
    registers,
  });
  const watchConnected = (name: string, help: string) => (isConnected: () => boolean) => {
    const gauge = new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(isConnected() ? 1 : 0);
      },
    });
    registry.registerMetric(gauge);
  };
  const failed = new Counter({
    name: 'trialogue_failures_total',
    help: 'Unexpected failures by place.',
    labelNames: ['where'],
    registers,
  });

  return {
    httpDone: (operation, status, seconds) => http.observe({ operation, status }, seconds),
    sockets: (change) => sockets.inc(change),
    socketClosed: (reason) => closed.inc({ reason }),
    frameIn: (type) => frames.inc({ type }),
    messageAcked: (seconds) => acked.observe(seconds),
    messagesDelivered: (count) => delivered.inc(count),
    refused: (name) => refused.inc({ name }),
    committed(calls, seconds) {
      commitCalls.observe(calls);
      commitSeconds.observe(seconds);
    },
    watchWrites: (waiting) => (writes.waiting = waiting),
    watchBus: watchConnected('trialogue_bus_connected', '1 while the other nodes can be told anything.'),
    watchFiles: watchConnected('trialogue_files_connected', '1 while files can be reached.'),
    busDropped: (count) => busDropped.inc(count),
    failed: (where) => failed.inc({ where }),
    print: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}

/** Counts nothing, for tests. */
export const noMetrics: Metrics = {
  httpDone() {},
  sockets() {},
  socketClosed() {},
  frameIn() {},
  messageAcked() {},
  messagesDelivered() {},
  refused() {},
  committed() {},
  watchWrites() {},
  watchBus() {},
  watchFiles() {},
  busDropped() {},
  failed() {},
};

import { setTimeout as pause } from 'node:timers/promises';

import { connect, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';

import type { Bus, Notice } from '../chat/ports.ts';
import { memoryBus } from './memory.ts';

/** Hints in one message of NATS: far below what a server takes, and large enough to spare most of the work. */
const BYTES_PER_MESSAGE = 256 * 1024;
/** Handed over and not yet taken by the server: past this what is told is dropped. */
const MOST_UNTAKEN_BYTES = 8 * 1024 * 1024;
/** A server that is gone without a word is noticed after two of these. */
const PING_MS = 10_000;
const RECONNECT_MS = 1_000;

/** Of notices that this version knows how to hear. */
const kinds: { readonly [Kind in Notice['kind']]: true } = {
  message: true,
  receipt: true,
  typing: true,
  presence: true,
  replaced: true,
  removed: true,
  key: true,
  revoked: true,
};

export interface NatsWatch {
  /** Connected or not, whenever that changes. */
  onChange?: (isConnected: boolean) => void;
  /** So many notices were not told to the other nodes. */
  onDropped?: (count: number) => void;
  /** Something came that is no notice, or that a listener failed on. */
  onBad?: (error: unknown) => void;
}

/**
 * The bus of several nodes, over NATS: hints and nothing else. This node's own listeners hear at once; the others get what
 * came up in one turn of the event loop as one message. Without a connection, or when the server does not keep up,
 * what is told is dropped: each node looks for what it has missed (I14, I35).
 *
 * Does not wait for the server: it connects when there is one, for as long as it takes.
 *
 * @param subject all nodes of one cluster have the same, and nobody else
 */
export function natsBus(url: string, subject: string, watch: NatsWatch = {}): Bus & { isConnected(): boolean } {
  const here = memoryBus();
  let connection: NatsConnection | undefined;
  let isConnected = false;
  let isClosed = false;
  let outgoing: string[] = [];
  let untaken = 0;

  const changed = (is: boolean) => {
    if (is === isConnected) return;
    isConnected = is;
    untaken = 0;
    watch.onChange?.(is);
  };

  const hear = (bytes: Uint8Array) => {
    try {
      for (const notice of readNotices(bytes)) here.tell(notice).catch((error: unknown) => watch.onBad?.(error));
    } catch (error) {
      watch.onBad?.(error);
    }
  };

  const follow = async (to: NatsConnection) => {
    for await (const { type } of to.status()) {
      if (type === 'disconnect') changed(false);
      else if (type === 'reconnect') changed(true);
    }
    changed(false);
  };

  const dial = async () => {
    while (!isClosed) {
      try {
        const to = await connect(optionsOf(url));
        if (isClosed) return await to.close();
        connection = to;
        to.subscribe(subject, { callback: (error, message) => (error ? watch.onBad?.(error) : hear(message.data)) });
        // Known to the server before anybody leans on it.
        await to.flush();
        changed(true);
        await follow(to);
      } catch {
        changed(false);
      }
      if (!isClosed) await pause(RECONNECT_MS, undefined, { ref: false });
    }
  };

  const post = () => {
    const notices = outgoing;
    outgoing = [];
    const to = connection;
    if (!to || !isConnected || untaken > MOST_UNTAKEN_BYTES) return watch.onDropped?.(notices.length);
    try {
      for (const payload of packed(notices)) {
        to.publish(subject, payload);
        untaken += payload.length;
      }
      const posted = untaken;
      to.flush().then(
        () => (untaken = Math.max(0, untaken - posted)),
        () => {},
      );
    } catch {
      watch.onDropped?.(notices.length);
    }
  };

  const dialling = dial();
  return {
    async tell(notice) {
      if (isClosed) return;
      if (outgoing.push(JSON.stringify(notice)) === 1) setImmediate(post);
      await here.tell(notice);
    },
    listen: (listener) => here.listen(listener),
    isConnected: () => isConnected,
    async close() {
      if (isClosed) return;
      isClosed = true;
      if (outgoing.length > 0) post();
      await here.close();
      // What was told last still goes out, if that is quick.
      await Promise.race([connection?.flush().catch(() => {}), pause(500, undefined, { ref: false })]);
      await connection?.close();
      if (connection) await dialling;
    },
  };
}

/** Credentials are part of the address, as everywhere; the library wants them apart. */
function optionsOf(url: string): ConnectionOptions {
  const servers = url.split(',').map((server) => new URL(server.trim()));
  const { username = '', password = '' } = servers[0] ?? {};
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  return {
    servers: servers.map(({ host }) => host),
    name: 'trialogue',
    noEcho: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    pingInterval: PING_MS,
    timeout: 3_000,
    ...(servers.some(({ protocol }) => protocol === 'tls:') && { tls: {} }),
    ...(pass !== '' ? { user, pass } : user !== '' && { token: user }),
  };
}

function* packed(notices: readonly string[]): Iterable<Uint8Array> {
  let some: string[] = [];
  let length = 0;
  for (const notice of notices) {
    if (length > 0 && length + notice.length > BYTES_PER_MESSAGE) {
      yield Buffer.from(`[${some.join()}]`);
      some = [];
      length = 0;
    }
    some.push(notice);
    length += notice.length;
  }
  yield Buffer.from(`[${some.join()}]`);
}

/** What a newer node says that this one does not know is passed over. @throws {Error} for anything but notices */
function readNotices(bytes: Uint8Array): Notice[] {
  const list: unknown = JSON.parse(Buffer.from(bytes).toString());
  if (!Array.isArray(list)) throw new Error('The bus brought something that is no list of notices.');
  return list.filter(isNotice);
}

const isNotice = (value: unknown): value is Notice => {
  const { kind, appId } = (value ?? {}) as { kind?: unknown; appId?: unknown };
  return typeof kind === 'string' && Object.hasOwn(kinds, kind) && typeof appId === 'string';
};

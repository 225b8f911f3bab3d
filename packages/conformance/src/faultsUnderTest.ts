import type { Answer, Fault, Frame, Wire } from './proxyUnderTest.ts';

interface Row {
  seq: number;
  msgId: string;
  clientMsgId: string;
  fromuid: string;
  content: string;
  sentAt: number;
}

export interface Wrong {
  /** The server … */
  name: string;
  /** The first name of each check that must be red: these and no others. */
  red: readonly string[];
  fault: () => Fault;
}

const on = (op: string, change: (frame: Frame) => Frame[]): Fault => ({
  fromServer: (frame) => (frame.op === op ? change(frame) : [frame]),
});

/** Changes the messages of every page, of the socket and of HTTP. */
const inPages = (change: (list: Row[], page: { head: number }) => Row[]): Fault => ({
  fromServer: (frame) =>
    frame.op === 'page'
      ? [{ ...frame, list: change(frame['list'] as Row[], frame as Frame & { head: number }) }]
      : [frame],
  answer(answer, { method, path }) {
    if (method !== 'GET' || !/\/messages(\?|$)/.test(path)) return answer;
    return inBody<{ list: Row[]; head: number }>(answer, (data) => ({ ...data, list: change(data.list, data) }));
  },
});

function inBody<Data>(answer: Answer, change: (data: Data) => unknown): Answer {
  try {
    const envelope = JSON.parse(answer.body) as { code: number; data: Data };
    return envelope.code === 0
      ? { ...answer, body: JSON.stringify({ ...envelope, data: change(envelope.data) }) }
      : answer;
  } catch {
    return answer;
  }
}

/** Every second of them is overtaken by the next, if that comes soon. */
const swapsTwo =
  (op: string): (() => Fault) =>
  () => {
    const held = new Map<object, Frame>();
    return {
      fromServer(frame, wire) {
        if (frame.op !== op) return [frame];
        const before = held.get(wire);
        held.delete(wire);
        if (before) return [frame, before];
        held.set(wire, frame);
        setTimeout(() => {
          if (held.get(wire) !== frame) return;
          held.delete(wire);
          wire.toClient(frame);
        }, 30);
        return [];
      },
    };
  };

/** Everybody hears it, whoever it is for. */
function broadcast(op: string): Fault {
  const all = new Set<Wire>();
  return {
    fromServer(frame, wire) {
      all.add(wire);
      if (frame.op === op) for (const each of all) if (each !== wire) each.toClient(frame);
      return [frame];
    },
  };
}

/** Ways in which a server can break the contract, one at a time. */
export const wrongs: readonly Wrong[] = [
  {
    name: 'loses an acked message from a long history',
    red: ['I1', 'I6', 'I12', 'I14', 'I16'],
    fault: () => inPages((list, { head }) => list.filter(({ seq }) => seq !== 3 || head < 10)),
  },
  {
    name: 'keeps a message that it refused',
    red: ['I2'],
    fault: () => {
      const refused = new Map<string, string>();
      return {
        fromClient(text) {
          const [, dlgId] = /"op":"send","dlgId":"([^"]+)".*IM1\.not-an-envelope/.exec(text) ?? [];
          if (dlgId) refused.set(dlgId, 'IM1.not-an-envelope');
          return [text];
        },
        answer(answer, { path }) {
          const content = refused.get(path.split('/')[4] ?? '');
          if (!content || !path.includes('/messages?')) return answer;
          const change = (list: Row[]) => list.map((row) => (row.seq === 1 ? { ...row, content } : row));
          return inBody<{ list: Row[] }>(answer, (data) => ({ ...data, list: change(data.list) }));
        },
      };
    },
  },
  {
    name: 'acks with a wrong seq',
    red: ['I1', 'I4', 'I6', 'I7', 'I11'],
    fault: () => on('ack', (frame) => [{ ...frame, seq: Number(frame['seq']) + 1 }]),
  },
  {
    name: 'gives a repeat a place of its own',
    red: ['I4', 'I7'],
    fault: () => on('ack', (frame) => [frame['repeated'] ? { ...frame, msgId: 'another' } : frame]),
  },
  {
    name: 'forgets “repeated”',
    red: ['I7'],
    fault: () => on('ack', ({ repeated: _, ...frame }) => [frame]),
  },
  {
    name: 'shows another message live than in history',
    red: ['I5', 'I13'],
    fault: () => on('message', (frame) => [{ ...frame, content: `${String(frame['content']).slice(0, -5)}AAAAA` }]),
  },
  {
    name: 'delivers a frame twice',
    red: ['I9'],
    fault: () => on('message', (frame) => [frame, frame]),
  },
  {
    name: 'swaps two live frames',
    red: ['I9'],
    fault: swapsTwo('message'),
  },
  {
    name: 'says a head at open that is too low',
    red: ['I9', 'I14'],
    fault: () => on('opened', (frame) => [{ ...frame, head: Math.max(0, Number(frame['head']) - 1) }]),
  },
  {
    name: 'answers sends out of order',
    red: ['I10'],
    fault: swapsTwo('ack'),
  },
  {
    name: 'answers sendMsg with a seq of long ago',
    red: ['I1', 'I6', 'I11'],
    fault: () => ({
      answer: (answer, { method, path }) =>
        method === 'POST' && path.endsWith('/messages') ? inBody<Row>(answer, (data) => ({ ...data, seq: 1 })) : answer,
    }),
  },
  {
    name: 'puts words in another’s mouth',
    red: ['I1', 'I5', 'I13'],
    fault: () =>
      inPages((list) => list.map((row) => (row.fromuid === '$system' ? row : { ...row, fromuid: 'somebody' }))),
  },
  {
    name: 'lets pages overlap',
    red: ['I16'],
    fault: () => {
      const earlier = (after: number) => Math.max(0, after - 1);
      return {
        path: (path) =>
          path.replace(/([?&]after=)(\d+)/, (_, name: string, after: string) => `${name}${earlier(Number(after))}`),
        fromClient(text) {
          if (!/^\{"op":"history".*"after":\d+[,}]/.test(text)) return [text];
          const frame = JSON.parse(text) as Frame & { after: number };
          return [JSON.stringify({ ...frame, after: earlier(frame.after) })];
        },
      };
    },
  },
  {
    name: 'says there is no more where there is',
    red: ['I16'],
    fault: () => on('page', (frame) => [{ ...frame, hasMore: false }]),
  },
  {
    name: 'changes the epoch of a log from page to page',
    red: ['I18'],
    fault: () => {
      let pages = 0;
      return on('page', (frame) => [{ ...frame, logEpoch: `epoch-${pages++}` }]);
    },
  },
  {
    name: 'counts what was read as unread',
    red: ['I19'],
    fault: () => ({
      answer: (answer, { path }) =>
        path === '/api/v1/conversations'
          ? inBody<{ list: { unread: number }[] }>(answer, (data) => ({
              ...data,
              list: data.list.map((row) => ({ ...row, unread: row.unread + 1 })),
            }))
          : answer,
    }),
  },
  {
    name: 'leaks a frame to a removed member',
    red: ['I20'],
    fault: () => {
      const gone = new Map<string, Wire>();
      return {
        fromServer(frame, wire) {
          if (frame.op === 'left') gone.set(String(frame['dlgId']), wire);
          if (frame.op === 'message') gone.get(String(frame['dlgId']))?.toClient(frame);
          return [frame];
        },
      };
    },
  },
  {
    name: 'tells strangers of heads',
    red: ['I20'],
    fault: () => {
      const all = new Set<Wire>();
      return {
        fromServer(frame, wire) {
          all.add(wire);
          if (frame.op !== 'message') return [frame];
          const { dlgId, seq } = frame;
          for (const each of all) if (each !== wire) each.toClient({ op: 'head', dlgId, head: seq });
          return [frame];
        },
      };
    },
  },
  {
    name: 'tells a foreign conversation from one that is not there',
    red: ['I20'],
    fault: () => {
      const known = new Set<string>();
      return {
        answer(answer, { path }) {
          if (path === '/platform/v1/groups')
            return inBody<{ dlgId: string }>(answer, (data) => (known.add(data.dlgId), data));
          const isKnown = [...known].some((dlgId) => path.includes(dlgId));
          return isKnown
            ? { ...answer, body: answer.body.replace('There is no such conversation, or you', 'You') }
            : answer;
        },
      };
    },
  },
  {
    name: 'takes what is sealed under an old key',
    red: ['I21'],
    fault: () =>
      on('nack', (frame) =>
        frame['error'] === 'key.stale_epoch'
          ? [{ op: 'ack', dlgId: frame['dlgId'], clientMsgId: frame['clientMsgId'], seq: 9, msgId: 'm', sentAt: 1 }]
          : [frame],
      ),
  },
  {
    name: 'lets open sockets live on after a revocation',
    red: ['I22'],
    fault: () => ({ closeAfterMs: 2_500 }),
  },
  {
    name: 'tells a removed member late',
    red: ['I22'],
    fault: () => ({
      fromServer(frame, wire) {
        if (frame.op !== 'left') return [frame];
        setTimeout(() => wire.toClient(frame), 2_500);
        return [];
      },
    }),
  },
  {
    name: 'lets marks fall',
    red: ['I23'],
    fault: () => on('receipt', (frame) => (Number(frame['readSeq']) > 3 ? [{ ...frame, readSeq: 1 }, frame] : [frame])),
  },
  {
    name: 'drops live messages for a slow reader',
    red: ['I25'],
    fault: () => {
      const asked = new Map<Wire, number>();
      return {
        fromClient(text, wire) {
          if (text.includes('"op":"history"')) asked.set(wire, (asked.get(wire) ?? 0) + 1);
          return [text];
        },
        fromServer: (frame, wire) => (frame.op === 'message' && (asked.get(wire) ?? 0) > 30 ? [] : [frame]),
      };
    },
  },
  {
    name: 'answers a send twice',
    red: ['I27'],
    fault: () => on('ack', (frame) => [frame, frame]),
  },
  {
    name: 'keeps an older socket of a client',
    red: ['I28'],
    fault: () => ({
      // A sid that is too short passes: it is how the suite asks whether the server knows sids at all.
      fromClient: (text) => [text.replace(/,"sid":"[^"]{16,}","fence":\d+/, '')],
    }),
  },
  {
    name: 'lets time fall',
    red: ['I34'],
    fault: () => inPages((list) => list.map((row) => (row.seq === 6 ? { ...row, sentAt: 1 } : row))),
  },
  {
    name: 'shows a message in its metrics',
    red: ['I37'],
    fault: () => {
      const sends: string[] = [];
      return {
        fromClient(text) {
          if (text.startsWith('{"op":"send"')) sends.push(text);
          return [text];
        },
        answer: (answer, { path }) =>
          path === '/metrics' ? { ...answer, body: `${answer.body}\n# ${sends.join(' ')}` } : answer,
      };
    },
  },
  {
    name: 'answers garbage with 500',
    red: ['I38'],
    fault: () => ({
      answer: (answer) => (answer.body.includes('request.malformed') ? { ...answer, status: 500 } : answer),
    }),
  },
  {
    name: 'never closes after a bad frame',
    red: ['I38'],
    fault: () => ({
      fromClient: (text) =>
        /^\{"op":"(bind|open|leave|send|history|read|delivered|typing|pong|auth)"/.test(text) ? [text] : [],
    }),
  },
  {
    name: 'seals twice under one nonce',
    red: ['I40'],
    fault: () => {
      let first: string | undefined;
      return inPages((list) =>
        list.map((row) => (row.clientMsgId.startsWith('p-') ? { ...row, content: (first ??= row.content) } : row)),
      );
    },
  },
  {
    name: 'lets every origin in',
    red: ['§2.1'],
    fault: () => ({ headers: ({ origin: _, ...headers }) => headers }),
  },
  {
    name: 'shows a stranger who types',
    red: ['§3.9'],
    fault: () => broadcast('typing'),
  },
  {
    name: 'shows a stranger who is there',
    red: ['§4.11'],
    fault: () => broadcast('presence'),
  },
  {
    name: 'leaves a field of a frame out',
    red: ['§4'],
    fault: () => on('hello', ({ serverTime: _, ...frame }) => [frame]),
  },
  {
    name: 'closes with a code of its own',
    red: ['§6', '§8'],
    fault: () => ({ closeCode: (code) => (code === 4013 ? 4444 : code) }),
  },
  {
    name: 'reports another limit than it keeps',
    red: ['§8'],
    fault: () => ({
      answer: (answer, { path }) =>
        path.startsWith('/api/v1/config')
          ? { ...answer, body: answer.body.replaceAll('"contentBytes":16384', '"contentBytes":16000') }
          : answer,
    }),
  },
];

/** The same of what takes half a minute by default: for a server with short timers. */
export const slowWrongs: readonly Wrong[] = [
  {
    name: 'forgets the heads in its pings',
    red: ['I15'],
    fault: () => on('ping', (frame) => [{ ...frame, heads: [] }]),
  },
  {
    name: 'never closes who is silent',
    red: ['I26'],
    fault: () => ({ closeAfterMs: 60_000 }),
  },
];

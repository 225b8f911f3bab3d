import { clientFrame, type ClientFrame, type ClientFrameOf, type ServerFrame } from '@trialogue/protocol';

/** What a client's transport tells it. */
interface Tell {
  opened(): void;
  heard(data: unknown): void;
  lost(code: number, reason: string): void;
}

/** One socket, with the test in the place of the server. */
export interface FakeLine {
  readonly url: string;
  /** Everything the client has said, checked against the protocol. */
  readonly sent: readonly ClientFrame[];
  /** Whether the client hung up, or the test lost the connection. */
  readonly isOver: boolean;
  opens(): void;
  says(frame: ServerFrame): void;
  /** Any bytes, to see whether the client survives them. */
  saysRaw(data: unknown): void;
  loses(code?: number, reason?: string): void;
  /** The last frame of this kind that the client said. */
  last<Op extends ClientFrame['op']>(op: Op): ClientFrameOf<Op>;
  /** All frames of this kind, in order. */
  all<Op extends ClientFrame['op']>(op: Op): ClientFrameOf<Op>[];
}

export interface FakeTransport {
  dial(url: string, tell: Tell): { transmit(text: string): void; hangUp(): void };
  /** Every socket dialed so far. */
  readonly lines: readonly FakeLine[];
  /** The socket dialed last. */
  readonly line: FakeLine;
}

/** Sockets whose other end is the test. What is said on a dead one goes nowhere, as in a network. */
export function fakeTransport(): FakeTransport {
  const lines: FakeLine[] = [];
  return {
    lines,
    get line() {
      const last = lines.at(-1);
      if (!last) throw new Error('nobody has dialed');
      return last;
    },
    dial(url, tell) {
      const sent: ClientFrame[] = [];
      let isOver = false;
      const all = <Op extends ClientFrame['op']>(op: Op) =>
        sent.filter((frame): frame is ClientFrameOf<Op> => frame.op === op);
      lines.push({
        url,
        sent,
        get isOver() {
          return isOver;
        },
        opens: () => tell.opened(),
        says: (frame) => tell.heard(JSON.stringify(frame)),
        saysRaw: (data) => tell.heard(data),
        loses(code = 1006, reason = '') {
          isOver = true;
          tell.lost(code, reason);
        },
        all,
        last(op) {
          const frame = all(op).at(-1);
          if (!frame)
            throw new Error(`the client has not said ${op}; it said ${sent.map((said) => said.op).join(', ')}`);
          return frame;
        },
      });
      return {
        transmit(text) {
          if (!isOver) sent.push(clientFrame.read(JSON.parse(text), 'frame'));
        },
        hangUp() {
          isOver = true;
        },
      };
    },
  };
}

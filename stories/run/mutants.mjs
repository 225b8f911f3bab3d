const chat = 'packages/server/src/chat';
const gateway = 'packages/server/src/gateway';
const storage = 'packages/server/src/storage';
const sdk = 'packages/sdk/src';
const model = 'stories/world/store';

/**
 * Ways to break the system on purpose, as named in the plan of the delivery contract (§3.3): a world that does not
 * notice them proves nothing. Each changes one place of the code, or of the port beside it: the text `from`, which
 * must be there exactly once, becomes `to`. `as`: the promises that it may be caught by.
 */
export const mutants = [
  {
    name: 'ack before commit',
    as: ['I1'],
    patches: [
      {
        file: `${chat}/sendMessage.ts`,
        from: 'return await at.store.appendMessage(actor, dlgId, draft, at.clock.now());',
        to: `const before = await at.store.findConversation({ appId: actor.appId, dlgId });
    at.store.appendMessage(actor, dlgId, draft, at.clock.now()).catch(() => {});
    return { seq: (before?.head ?? 0) + 1, msgId: draft.msgId, sentAt: at.clock.now(), repeated: false };`,
      },
    ],
  },
  {
    name: 'no server dedupe',
    as: ['I4'],
    patches: [
      {
        file: `${model}/messages.ts`,
        from: 'const stored = findStored(conversation, draft);',
        to: 'const stored = undefined as ReturnType<typeof findStored>;',
      },
    ],
  },
  {
    name: 'no client dedupe',
    as: ['I12', 'I9'],
    patches: [
      {
        file: `${sdk}/timeline/timeline.ts`,
        from: 'if (message.seq <= seen) return [timeline, []];',
        to: 'if (message.seq <= seen) return [timeline, [message]];',
      },
    ],
  },
  {
    name: 'no gap sync',
    as: ['I14', 'I15'],
    patches: [
      {
        file: `${sdk}/timeline/catchUp.ts`,
        from: 'lacks(timeline) ? catchUp : NEVER',
        to: 'lacks(timeline) ? NEVER : NEVER',
      },
    ],
  },
  {
    name: 'no tail check',
    as: ['I14', 'I15'],
    patches: [
      {
        file: `${gateway}/tails.ts`,
        from: 'return everySoOften(at.timers, at.limits.reconcileMs, () => look(at, checked));',
        to: 'return everySoOften(at.timers, at.limits.reconcileMs, () => checked.clear());',
      },
    ],
  },
  {
    name: 'seq allotted outside the tx',
    as: ['I6'],
    patches: [
      {
        file: `${model}/messages.ts`,
        from: `if (draft.epoch !== conversation.epoch) throw new Refused('key.stale_epoch');`,
        to: `const counter = conversation as Conversation & { last?: Seq };
  const seq = (counter.last = (counter.last ?? conversation.log.length) + 1);
  if (draft.epoch !== conversation.epoch) throw new Refused('key.stale_epoch');`,
      },
      { file: `${model}/messages.ts`, from: '  const seq = conversation.log.length + 1;\n', to: '' },
    ],
  },
  {
    name: 'synchronous=NORMAL',
    // A whole conversation may be lost, and then nobody can fetch it.
    as: ['I1', 'I6', 'I14'],
    patches: [{ file: `${storage}/sqlite/settings.ts`, from: `['synchronous', 2],`, to: `['synchronous', 1],` }],
  },
  {
    name: 'retry on fsync error',
    as: ['I1', 'I6'],
    patches: [
      {
        file: `${storage}/sqlite/failures.ts`,
        from: '!isOneOf(error, [FULL, BUSY]);',
        to: '!isOneOf(error, [FULL, BUSY, IOERR]);',
      },
    ],
  },
  {
    name: 'drop on slow consumer',
    as: ['I25', 'I9'],
    patches: [
      {
        file: `${gateway}/outbound.ts`,
        from: 'this.#socket.write(bytes);',
        to: 'if (this.#socket.writableLength === 0) this.#socket.write(bytes);',
      },
    ],
  },
  {
    name: 'no fence check',
    as: ['I28'],
    patches: [
      {
        file: `${model}/tables.ts`,
        from: `if (client && newest > client.fence) throw new Refused('socket.replaced');`,
        to: `if (client && newest < 0) throw new Refused('socket.replaced');`,
      },
    ],
  },
  {
    name: 'page cursor off by one',
    as: ['I16', 'I14', 'I15'],
    patches: [{ file: `${storage}/window.ts`, from: 'Math.max(after + 1, minSeq)', to: 'Math.max(after + 2, minSeq)' }],
  },
  {
    name: 'membership cached 60 s',
    as: ['I20', 'I21', 'I2', 'I13'],
    patches: [
      {
        file: `${model}/tables.ts`,
        from: 'const isMember = found !== undefined && isIn(found, actor.userId);',
        to: `const isMember = found !== undefined && this.#isInAsOf(found, actor.userId);`,
      },
      {
        file: `${model}/tables.ts`,
        from: '  /** @throws {Refused} user.not_found */',
        to: `  readonly #cached = new Map<string, { is: boolean; at: number }>();
  #isInAsOf(conversation: Conversation, userId: UserId): boolean {
    const key = conversation.dlgId + ' ' + userId;
    const known = this.#cached.get(key);
    if (known?.is && Date.now() - known.at < 60_000) return true;
    const is = isIn(conversation, userId);
    this.#cached.set(key, { is, at: Date.now() });
    return is;
  }

  /** @throws {Refused} user.not_found */`,
      },
    ],
  },
  {
    name: 'old kid accepted',
    as: ['I21'],
    patches: [
      {
        file: `${model}/messages.ts`,
        from: 'if (draft.epoch !== conversation.epoch)',
        to: 'if (draft.epoch > conversation.epoch)',
      },
    ],
  },
  {
    name: 'reset counter of backoff at connect instead of after 30 s',
    as: ['I29'],
    patches: [
      {
        file: `${sdk}/connection/connection.ts`,
        from: `const isStable = now.stage === 'live' && at - now.since >= STABLE_MS;`,
        to: `const isStable = now.stage === 'live' && at - now.since >= 0 * STABLE_MS;`,
      },
    ],
  },
  {
    name: 'bus hint trusted without cursor',
    as: ['I25'],
    patches: [
      {
        file: `${gateway}/follow.ts`,
        from: "if (follow.name !== 'live' || seq !== follow.cursor + 1) return false;",
        to: "if (follow.name !== 'live') return false;",
      },
    ],
  },
  {
    name: 'ts used for sorting',
    as: ['I16', 'I6', 'I13'],
    patches: [
      {
        file: `${model}/messages.ts`,
        from: '.map(({ message }) => message);',
        to: `.map(({ message }) => message).sort((a, b) => a.sentAt - b.sentAt || (a.msgId < b.msgId ? -1 : 1));`,
      },
    ],
  },
];

import { Duplex } from 'node:stream';

import { id, limits, type ClientMsgId, type MsgId } from '@trialogue/protocol';
import { ada, tea } from '@trialogue/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { createSender } from './outbound.ts';
import { bytesOf, encode, share } from './wire.ts';

/** A socket whose other end reads only when it is told to. */
class Pipe extends Duplex {
  readonly writes: Buffer[] = [];
  isReading = true;
  #pending: (() => void)[] = [];

  override _read(): void {}
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.writes.push(chunk);
    if (this.isReading) done();
    else this.#pending.push(done);
  }
  readOn(): void {
    for (const done of this.#pending.splice(0)) done();
  }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('the way out of one socket', () => {
  const open = (pipe = new Pipe()) => {
    const sender = createSender();
    const line = { isOpen: vi.fn(() => true), onChoked: vi.fn() };
    return { pipe, line, sender, outbound: sender.open(pipe, line) };
  };

  test('all frames of a turn leave in one write, in order', async () => {
    const { pipe, outbound } = open();
    for (const word of ['a', 'b', 'c']) outbound.send(Buffer.from(word));
    expect(pipe.writes).toEqual([]);
    await nextTurn();
    expect(pipe.writes.map(String)).toEqual(['abc']);
  });

  test('a frame for many sockets is one buffer for all of them', async () => {
    const [first, second] = [open(), open()];
    const frame = share({ op: 'left', dlgId: tea });
    for (const { outbound } of [first, second]) outbound.send(bytesOf(frame));
    await nextTurn();
    expect(first.pipe.writes[0]).toBe(bytesOf(frame));
    expect(second.pipe.writes[0]).toBe(first.pipe.writes[0]);
  });

  test.each([
    [0, 0],
    [1, 1],
  ])('1 MiB and %d bytes unsent close it %d times', async (more, times) => {
    const { pipe, line, outbound } = open();
    pipe.isReading = false;
    outbound.send(Buffer.alloc(limits.unsentBytes + more));
    await nextTurn();
    expect(line.onChoked).toHaveBeenCalledTimes(times);
    outbound.send(Buffer.from('more'));
    await nextTurn();
    expect(line.onChoked).toHaveBeenCalledTimes(1);
  });

  test('a server that is set otherwise keeps to its own limit', async () => {
    const pipe = new Pipe();
    const line = { isOpen: () => true, onChoked: vi.fn() };
    const outbound = createSender({ limits: { unsentBytes: 10, unsentMs: 10_000 } }).open(pipe, line);
    pipe.isReading = false;
    outbound.send(Buffer.alloc(10));
    await nextTurn();
    expect(line.onChoked).not.toHaveBeenCalled();
    outbound.send(Buffer.alloc(1));
    await nextTurn();
    expect(line.onChoked).toHaveBeenCalledTimes(1);
  });

  test('a burst above the limit is no fault of a reader who takes it', async () => {
    const { pipe, line, outbound } = open();
    for (let at = 0; at < 8; at++) outbound.send(Buffer.alloc(limits.unsentBytes));
    await nextTurn();
    expect(line.onChoked).not.toHaveBeenCalled();
    expect(pipe.writes).toHaveLength(1);
  });

  test('after a close frame nothing follows', async () => {
    const { pipe, line, outbound } = open();
    outbound.send(Buffer.from('late'));
    line.isOpen.mockReturnValue(false);
    await nextTurn();
    expect(pipe.writes).toEqual([]);
  });

  describe('in time', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'setImmediate'] }));
    afterEach(() => void vi.useRealTimers());

    test('who reads nothing for ten seconds is given up, few bytes though it be', async () => {
      const { pipe, line, outbound } = open();
      pipe.isReading = false;
      outbound.send(Buffer.from('a'));
      await vi.advanceTimersByTimeAsync(limits.unsentMs);
      expect(line.onChoked).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(2_000);
      expect(line.onChoked).toHaveBeenCalledTimes(1);
    });

    test.each([
      [300, []],
      [299, ['c']],
      [149, ['b', 'c']],
      [49, ['a', 'b', 'c']],
    ])('of 300 bytes that lie unsent where %d may, the largest go: %s (I24)', async (most, gone) => {
      const sender = createSender({ unsentInAllBytes: most });
      const choked: string[] = [];
      for (const [name, bytes] of Object.entries({ a: 50, c: 150, b: 100 })) {
        const pipe = new Pipe();
        pipe.isReading = false;
        sender.open(pipe, { isOpen: () => true, onChoked: () => choked.push(name) }).send(Buffer.alloc(bytes));
      }
      await vi.advanceTimersByTimeAsync(1_200);
      expect(choked.sort()).toEqual(gone);
      sender.close();
    });

    test('who reads slowly is not', async () => {
      const { pipe, line, outbound } = open();
      pipe.isReading = false;
      for (let at = 0; at < 20; at++) {
        outbound.send(Buffer.from('a'));
        await vi.advanceTimersByTimeAsync(4_000);
        pipe.readOn();
      }
      expect(line.onChoked).not.toHaveBeenCalled();
    });
  });
});

test.each([125, 126, 65_535, 65_536])('a frame of about %d bytes has the header of RFC 6455', (size) => {
  const empty = JSON.stringify({ op: 'key', dlgId: tea, dlgKey: '' }).length;
  const bytes = encode({ op: 'key', dlgId: tea, dlgKey: 'k'.repeat(size - empty) });
  const header = size < 126 ? 2 : size < 65_536 ? 4 : 10;
  expect(bytes.length).toBe(header + size);
  expect(bytes[0]).toBe(0x81);
  expect(bytes[1]).toBe({ 2: size, 4: 126, 10: 127 }[header]);
  if (header === 4) expect(bytes.readUInt16BE(2)).toBe(size);
  if (header === 10) expect(bytes.readBigUInt64BE(2)).toBe(BigInt(size));
  expect(JSON.parse(bytes.subarray(header).toString())).toMatchObject({ op: 'key' });
});

test('characters of more than one byte are counted as bytes', () => {
  const bytes = encode({
    op: 'nack',
    dlgId: tea,
    clientMsgId: id<ClientMsgId>('c'),
    error: 'rate.limited',
    msg: '慢一点'.repeat(30),
  });
  expect(bytes.readUInt16BE(2)).toBe(bytes.length - 4);
  const message = {
    seq: 1,
    msgId: id<MsgId>('m'),
    clientMsgId: id<ClientMsgId>('c'),
    fromuid: ada.userId,
    content: '茶',
    sentAt: 1,
  };
  expect(
    JSON.parse(
      encode({ op: 'message', dlgId: tea, ...message })
        .subarray(2)
        .toString(),
    ),
  ).toMatchObject(message);
});

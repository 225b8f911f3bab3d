import { Failed, must, mustBe, type Check } from '../check.ts';

/** Each on a socket of its own that is bound and has a conversation open. */
const bad: readonly (readonly [string, string | Uint8Array])[] = [
  ['no JSON', 'hello?'],
  ['half a frame', '{"op":"open","id":1'],
  ['nothing', ''],
  ['null', 'null'],
  ['a list', '[{"op":"pong"}]'],
  ['a number', '42'],
  ['no op', '{"id":1}'],
  ['an unknown op', '{"op":"shutdown"}'],
  ['a frame of the server', '{"op":"ack","dlgId":"x","clientMsgId":"y","seq":1,"msgId":"z","sentAt":1}'],
  ['an op of a prototype', '{"op":"constructor"}'],
  ['no dlgId', '{"op":"open","id":1}'],
  ['a dlgId that is a record', '{"op":"open","id":1,"dlgId":{"$ne":""}}'],
  ['a dlgId with a quote', `{"op":"open","id":1,"dlgId":"x' OR 1=1"}`],
  ['a negative id', '{"op":"open","id":-1,"dlgId":"x"}'],
  ['a fraction for seq', '{"op":"read","dlgId":"x","seq":1.5}'],
  ['seq 0', '{"op":"read","dlgId":"x","seq":0}'],
  ['a huge seq', '{"op":"read","dlgId":"x","seq":1e308}'],
  ['a limit of 201', '{"op":"history","id":1,"dlgId":"x","limit":201}'],
  ['a limit of 0', '{"op":"history","id":1,"dlgId":"x","limit":0}'],
  ['before 0', '{"op":"history","id":1,"dlgId":"x","before":0}'],
  ['a text for after', '{"op":"history","id":1,"dlgId":"x","after":"1"}'],
  ['a deep list', `{"op":"open","id":1,"dlgId":${'['.repeat(9_000)}${']'.repeat(9_000)}}`],
  ['__proto__ for fields', '{"__proto__":{"op":"open","id":1,"dlgId":"x"}}'],
  ['bytes', new Uint8Array([0, 255, 1, 254])],
  ['a second bind', '{"op":"bind","token":"x","uid":"y"}'],
];
const AT_ONCE = 5;

export const badFrames: Check = {
  about: ['I38', '§2.4'],
  title: 'A bad frame closes its socket with 4501 and disturbs no other',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const witness = await group.enter(ada);
    const work = bad.values();
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (const [what, frame] of work) {
        const { socket } = await group.enter(bo);
        socket.sayRaw(frame);
        const { code } = await socket.mustClose(`${what}: closed with 4501`);
        mustBe(`${what}: close code`, code, 4501);
        const before = performance.now();
        await group.page(witness.socket, { limit: 1 });
        must(performance.now() - before < 5_000, 'another socket served meanwhile within 5 s', 'later');
      }
    });
    await Promise.all(workers);
    must(witness.socket.isOpen, `another socket of the group open`, `closed with ${witness.socket.end?.code}`);

    const { socket } = await group.enter(bo);
    const from = socket.mark;
    socket.sayRaw(
      JSON.stringify({ op: 'history', id: 900, dlgId: group.dlgId, later: { version: 9 }, constructor: 1 }),
    );
    const answer = await socket
      .next(
        'an answer to a frame with unknown fields',
        (frame) => (frame.op === 'page' && frame.id === 900 ? frame : undefined),
        { from },
      )
      .catch((error: unknown) => error as Failed);
    must(!(answer instanceof Failed), 'unknown fields dropped', () => (answer as Failed).seen);
    return `${bad.length} kinds of bad frames; a frame with unknown fields was served`;
  },
};

import { must, mustBe, type Check } from '../check.ts';
import { sleep } from '../stage/http.ts';
import { mentions, tryEverything } from '../stage/intruder.ts';

export const strangerGetsNothing: Check = {
  about: ['I20'],
  title: 'A stranger gets no frame, history, key, file or head',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const mal = await at.person();
    const own = await at.group(mal);
    const [adas, bos, mals] = [await group.enter(ada), await group.enter(bo), await own.enter(mal)];
    await group.send(adas.socket, group.draft(ada, 'between us'));
    const head = await group.head(ada);
    const fileId = await upload(ada, group.dlgId);

    const refused = await tryEverything(mal, mals.socket, group, { seq: head, fileId });
    for (const [what, answer] of refused) mustBe(`${what} by a stranger:`, answer.error, 'conversation.not_member');
    mustBe('the head after what a stranger tried:', await group.head(ada), head);
    await group.send(adas.socket, group.draft(ada, 'still between us'));
    bos.socket.sayRaw(JSON.stringify({ op: 'read', dlgId: group.dlgId, seq: head + 1 }));
    await group.heardUpTo(bos, head + 1);
    await own.send(mals.socket, own.draft(mal, 'a round trip'));
    await sleep(200);

    const heard = mals.socket.heard.find(
      (frame) => frame.op !== 'nack' && frame.op !== 'refused' && mentions(frame, group),
    );
    must(!heard, 'no frame of it on a stranger’s socket', () => JSON.stringify(heard).slice(0, 160));
    const { text } = await mal.ask('GET', '/conversations');
    must(!text.includes(group.dlgId), 'a list of conversations without it', 'it is in it');
    return `${refused.length} ways in on the socket and over HTTP, while the others talked`;
  },
};

async function upload(who: { need: <T>(method: string, path: string, body: unknown) => Promise<T> }, dlgId: string) {
  const form = new FormData();
  form.append('file', new Blob(['for members only'], { type: 'text/plain' }), 'note.txt');
  return (await who.need<{ fileId: string }>('POST', `/conversations/${dlgId}/files`, form)).fileId;
}

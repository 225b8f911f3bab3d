import { must, type Check } from '../check.ts';

export const nothingLeaks: Check = {
  about: ['I37'],
  title: 'No text, key, token or secret in answers that are for all',
  async run(at) {
    const { ada, group } = await at.pair();
    const { socket } = await group.enter(ada);
    const canary = `canary-${ada.userId}-${Math.random().toString(36).slice(2)}`;
    const { content } = await group.send(socket, group.draft(ada, canary));
    const secrets: [string, string][] = [
      ['the text of a message', canary],
      ['a sealed message', content],
      ['a keyring', group.dlgKey],
      ['a token', ada.token],
      ['the app’s secret', at.server.secret],
      ['a conversation id', group.dlgId],
    ];
    const forAll = ['/metrics', '/healthz', '/readyz', '/openapi.json', '/api/v1/config', '/api/v1/config/limits'];
    const answers: [string, string][] = [];
    for (const path of forAll) answers.push([path, (await at.http.ask('GET', path)).text]);
    const bad = { bearer: `${ada.token}x`, body: { clientMsgId: canary, content: group.dlgKey } };
    answers.push(['a refused sendMsg', (await at.http.ask('POST', `/api/v1/conversations/x/messages`, bad)).text]);
    answers.push([
      'a refused platform call',
      (await at.http.ask('PUT', '/platform/v1/users/x', { bearer: `${at.server.secret}x`, body: { name: canary } }))
        .text,
    ]);
    answers.push([
      'a refused ticket',
      (
        await at.http.ask('POST', '/api/v1/session', {
          body: { groupId: 'x', userId: 'x', ticket: canary },
          isOnce: true,
        })
      ).text,
    ]);
    for (const [where, text] of answers) {
      const found = secrets.find(([, secret]) => text.includes(secret));
      must(!found, `${where} without ${found?.[0] ?? 'secrets'}`, 'it is in it');
    }
    return `${answers.length} answers searched; logs, database and memory cannot be seen from outside`;
  },
};

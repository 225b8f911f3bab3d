import { id, type DlgId } from '@trialogue/protocol';
import { ada, bo, cy, shop } from '@trialogue/testkit';

import { as, draftFrom } from '../storesUnderTest.ts';
import { openThreads } from './threads.ts';

/**
 * A process made to be killed: appends to the conversations of the database it is given, and prints
 * `<dlgId> <seq> <clientMsgId>` for each message that was acknowledged, and nothing for others. With the word `alone`
 * one person talks, and says nothing before the last ack is printed.
 */
const [, , file = '', word] = process.argv;
const store = await openThreads(file, {
  onFatal: (cause) => {
    process.stderr.write(`${cause.message}\n`);
    process.exit(1);
  },
});

async function talk(dlgId: DlgId, person: typeof ada): Promise<never> {
  for (;;) {
    const draft = draftFrom(person, 'x'.repeat(300));
    const { seq } = await store.appendMessage(as(person), dlgId, draft, Date.now());
    process.stdout.write(`${dlgId} ${seq} ${draft.clientMsgId}\n`);
  }
}

const conversations = (await store.listConversations({ ...as(ada), appId: shop }, { page: 1, size: 10 })).list;
const people = word === 'alone' ? [ada] : [ada, bo, cy];
process.stdout.write('started\n');
await Promise.all(conversations.flatMap(({ dlgId }) => people.map((person) => talk(id<DlgId>(dlgId), person))));

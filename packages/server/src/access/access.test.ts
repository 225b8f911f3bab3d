import { id, type DlgId, type SessionId } from '@trialogue/protocol';
import { ada, bo, mal, shop, tea, type Person } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import { allow, type Deed } from './access.ts';

const cake = id<DlgId>('cake');

const as = (person: Person, onlyDlg?: DlgId) => ({
  appId: shop,
  userId: person.userId,
  sessionId: id<SessionId>('s'),
  ...(onlyDlg && { onlyDlg }),
});

/** Who asks, by what session, about what Ada wrote in the tea conversation. */
const who = {
  author: { actor: as(ada), isMember: true },
  member: { actor: as(bo), isMember: true },
  'member by its link': { actor: as(bo, tea), isMember: true },
  'member by another link': { actor: as(bo, cake), isMember: true },
  'author who left': { actor: as(ada), isMember: false },
  outsider: { actor: as(mal), isMember: false },
  'outsider by a link to it': { actor: as(mal, tea), isMember: false },
};

const no = 'conversation.not_member';
const table: Record<keyof typeof who, Record<Deed, string>> = {
  author: { read: 'yes', send: 'yes', mark: 'yes', keepFile: 'yes', recall: 'yes' },
  member: { read: 'yes', send: 'yes', mark: 'yes', keepFile: 'yes', recall: 'message.not_author' },
  'member by its link': { read: 'yes', send: 'yes', mark: 'yes', keepFile: 'yes', recall: 'message.not_author' },
  'member by another link': { read: no, send: no, mark: no, keepFile: no, recall: no },
  'author who left': { read: no, send: no, mark: no, keepFile: no, recall: no },
  outsider: { read: no, send: no, mark: no, keepFile: no, recall: no },
  'outsider by a link to it': { read: no, send: no, mark: no, keepFile: no, recall: no },
};

test.for(Object.entries(table))('%s', ([name, answers]) => {
  for (const [deed, answer] of Object.entries(answers)) {
    const facts = { ...who[name as keyof typeof who], dlgId: tea, authorId: ada.userId };
    let is = 'yes';
    try {
      allow(deed as Deed, facts);
    } catch (error) {
      is = (error as { refusal: string }).refusal;
    }
    expect([deed, is]).toEqual([deed, answer]);
  }
});

import { id, type DlgId, type SessionId } from '@trialogue/protocol';
import { ada, bo, cy, mal, shop, tea, type Person } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import { allow, type Deed, type Facts } from './access.ts';

const cake = id<DlgId>('cake');

const as = (person: Person, onlyDlg?: DlgId) => ({
  appId: shop,
  userId: person.userId,
  sessionId: id<SessionId>('s'),
  ...(onlyDlg && { onlyDlg }),
});

/** Who asks, by what session, about what Ada wrote in the tea conversation; and about the notes of customer service on it. */
const who: Record<string, Omit<Facts, 'dlgId'>> = {
  author: { actor: as(ada), isMember: true, urole: 'user' },
  member: { actor: as(bo), isMember: true, urole: 'merchant' },
  'member by its link': { actor: as(bo, tea), isMember: true, urole: 'merchant' },
  'member by another link': { actor: as(bo, cake), isMember: true, urole: 'service' },
  'author who left': { actor: as(ada), isMember: false },
  outsider: { actor: as(mal), isMember: false, urole: 'user', isCalled: true },
  'outsider by a link to it': { actor: as(mal, tea), isMember: false },
  'customer service in it': { actor: as(cy), isMember: true, urole: 'service' },
  'customer service outside': { actor: as(cy), isMember: false, urole: 'service', isCalled: false },
  'customer service that was called': { actor: as(cy), isMember: false, urole: 'service', isCalled: true },
  'customer service that was called, by another link': {
    actor: as(cy, cake),
    isMember: false,
    urole: 'service',
    isCalled: true,
  },
  'muted author': { actor: as(ada), isMember: true, urole: 'user', isMuted: true },
  'muted customer service': { actor: as(cy), isMember: true, urole: 'service', isMuted: true },
  'muted author who left': { actor: as(ada), isMember: false, isMuted: true },
  'reader of the notes': { actor: as(cy), isMember: true, urole: 'service', laneOf: cake },
  'reader of the notes, by a link to what they are about': {
    actor: as(cy, cake),
    isMember: true,
    urole: 'service',
    laneOf: cake,
  },
  'reader of the notes, by another link': {
    actor: as(cy, id<DlgId>('milk')),
    isMember: true,
    urole: 'service',
    laneOf: cake,
  },
};

const no = 'conversation.not_member';
const notServing = 'desk.not_service';
const notAuthor = 'message.not_author';
const muted = 'member.muted';
const all = (is: string): Record<Deed, string> => ({
  read: is,
  send: is,
  mark: is,
  keepFile: is,
  report: is,
  recall: is,
  call: is,
  desk: is,
  moderate: is,
  join: is,
});
const asMember = { ...all('yes'), recall: notAuthor, desk: notServing, moderate: notServing, join: notServing };
const ofNotes = { ...all('yes'), recall: notAuthor, report: no, call: no, desk: no, moderate: no, join: no };
const table: Record<string, Record<Deed, string>> = {
  author: { ...asMember, recall: 'yes' },
  member: asMember,
  'member by its link': asMember,
  'member by another link': all(no),
  'author who left': all(no),
  outsider: all(no),
  'outsider by a link to it': all(no),
  'customer service in it': { ...all('yes'), recall: notAuthor },
  'customer service outside': all(no),
  'customer service that was called': { ...all(no), join: 'yes' },
  'customer service that was called, by another link': all(no),
  'muted author': { ...asMember, recall: 'yes', send: muted, keepFile: muted },
  'muted customer service': { ...all('yes'), recall: notAuthor, send: muted, keepFile: muted },
  'muted author who left': all(no),
  'reader of the notes': ofNotes,
  'reader of the notes, by a link to what they are about': ofNotes,
  'reader of the notes, by another link': all(no),
};

test('nobody is left out of the table', () => expect(Object.keys(table)).toEqual(Object.keys(who)));

test.for(Object.entries(table))('%s', ([name, answers]) => {
  for (const [deed, answer] of Object.entries(answers)) {
    const facts = { ...(who[name] as Omit<Facts, 'dlgId'>), dlgId: tea, authorId: ada.userId };
    let is = 'yes';
    try {
      allow(deed as Deed, facts);
    } catch (error) {
      is = (error as { refusal: string }).refusal;
    }
    expect([deed, is]).toEqual([deed, answer]);
  }
});

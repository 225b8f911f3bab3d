import { id, type DlgId } from '@trialogue/protocol';
import { ada, bo, cy, tea } from '@trialogue/testkit';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { findSession, getSession, lendSession, removeSession, setSession, type UserInfo } from './session.ts';
import { openKeep } from './storage.ts';

const adas: UserInfo = { userId: ada.userId, urole: 'user', token: 'a', refreshToken: 'ra', groupId: tea };
const bos: UserInfo = { userId: bo.userId, urole: 'merchant', token: 'b', refreshToken: 'rb', groupId: tea };

beforeEach(() => {
  removeSession('userInfo');
  removeSession('userInfo');
  localStorage.clear();
  sessionStorage.clear();
});

describe('sessions', () => {
  test('Ada comes back in the same tab after a reload', () => {
    setSession('userInfo', adas);
    expect(getSession('userInfo')).toEqual(adas);
    expect(findSession(ada.userId, tea)).toEqual(adas);
  });

  test('Ada and Bo in two tabs of one browser do not clash', () => {
    setSession('userInfo', adas);
    sessionStorage.clear(); // The second tab.
    setSession('userInfo', bos);
    expect(findSession(ada.userId, tea)).toEqual(adas);
    expect(getSession('userInfo')).toEqual(bos);
    removeSession('userInfo');
    expect(findSession(bo.userId, tea)).toBeUndefined();
    expect(findSession(ada.userId, tea)).toEqual(adas);
  });

  test('a link to one conversation opens no other', () => {
    setSession('userInfo', adas);
    expect(findSession(ada.userId, id<DlgId>('coffee'))).toBeUndefined();
  });

  test('a sign-in by name covers all conversations of that user, and of no other', () => {
    const { groupId: _, ...signedIn } = adas;
    setSession('userInfo', signedIn);
    expect(findSession(ada.userId, tea)).toEqual(signedIn);
    expect(findSession(bo.userId, tea)).toBeUndefined();
  });

  test('the newest token is found, whichever tab renewed it', () => {
    setSession('userInfo', adas);
    localStorage.setItem(`userInfo:ada:${tea}`, JSON.stringify({ ...adas, token: 'newer' }));
    expect(findSession(ada.userId, tea)?.token).toBe('newer');
  });

  test('a token lent by the embedding page is never written down', () => {
    lendSession({ userId: cy.userId, urole: 'service', token: 'lent' });
    expect(getSession('userInfo')?.token).toBe('lent');
    expect(JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])).not.toContain('lent');
    removeSession('userInfo');
    expect(getSession('userInfo')).toBeUndefined();
  });

  test('what another script has broken is as good as nothing', () => {
    sessionStorage.setItem('userInfo', '{');
    expect(getSession('userInfo')).toBeUndefined();
  });
});

test('a browser that allows no storage still lets one chat until the page goes', () => {
  const refuse = vi.fn(() => {
    throw new DOMException('denied', 'SecurityError');
  });
  const keep = openKeep(refuse);
  keep.set('a', '1');
  expect(keep.get('a')).toBe('1');
  keep.remove('a');
  expect(keep.get('a')).toBeNull();
});

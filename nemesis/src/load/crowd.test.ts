import { describe, expect, test } from 'vitest';

import type { History } from '../history/writer.ts';
import type { Client } from './client.ts';
import { Crowd } from './crowd.ts';

const standing = (...stands: { dlg: string; seen: number; head: number }[]): Client =>
  ({ start: () => {}, stands: () => stands }) as Partial<Client> as Client;

function crowdOf(...clients: Client[]): Crowd {
  const crowd = new Crowd({ tell: () => {} } as Partial<History> as History);
  for (const client of clients) crowd.add(client);
  return crowd;
}

describe('a crowd is level', () => {
  const tea = { dlg: 'tea@1', seen: 7, head: 7 };

  test('once everybody has what anybody was told of', () => {
    expect(crowdOf(standing(tea), standing(tea)).isLevel()).toBe(true);
    expect(crowdOf(standing(tea), standing({ ...tea, seen: 6 })).isLevel()).toBe(false);
    expect(crowdOf(standing(tea), standing({ ...tea, seen: 8 })).isLevel()).toBe(false);
  });

  test('not while somebody has yet to open a conversation, and holds nothing of a log without a name', () => {
    expect(crowdOf(standing(tea), standing({ dlg: '', seen: 0, head: 0 })).isLevel()).toBe(false);
  });
});

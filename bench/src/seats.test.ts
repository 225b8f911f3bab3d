import { describe, expect, it } from 'vitest';

import { apart, overlapping, seatsOf } from './seats.ts';

describe('who is in which group', () => {
  it('is in one group only, where groups are apart', () => {
    const { users, groups } = apart(200, 5);
    expect(users).toBe(1_000);
    expect(new Set(groups.flat()).size).toBe(1_000);
  });

  it.each([100, 500])('is in ten groups each, and sends in one (%d users)', (users) => {
    const { groups } = overlapping(users, 10);
    const times = Array.from({ length: users }, () => 0);
    for (const members of groups) {
      expect(new Set(members).size).toBe(10);
      for (const user of members) times[user]!++;
    }
    expect(new Set(times)).toEqual(new Set([10]));
    expect(new Set(groups.map(([sender]) => sender)).size).toBe(users);
  });

  it('sits where the plan says, under the names of the side', () => {
    const seats = seatsOf(
      apart(2, 3),
      (group) => `g${group}`,
      (user) => `t${user}`,
    );
    expect(seats[3]).toEqual({
      userId: 'user-3',
      token: 't3',
      memberOf: [{ group: 1, groupId: 'g1', sends: true }],
    });
    expect(seats[4]?.memberOf[0]?.sends).toBe(false);
  });
});

/** Who is in which group, by number, before any server knows of them. */
export interface Plan {
  users: number;
  /** Of each group its members; the first is the one who sends. */
  groups: number[][];
}

/** One user of a side who will have one socket. */
export interface Seat {
  userId: string;
  token: string;
  memberOf: Membership[];
}

export interface Membership {
  /** Its number in the plan. */
  group: number;
  /** What the side calls it. */
  groupId: string;
  sends: boolean;
}

/** Nobody is in two groups. */
export const apart = (groups: number, members: number): Plan => ({
  users: groups * members,
  groups: Array.from({ length: groups }, (_, group) =>
    Array.from({ length: members }, (_, member) => group * members + member),
  ),
});

/** As many groups as users, each user in `each` of them, no two groups the same, everybody sends in one. */
export const overlapping = (users: number, each: number): Plan => ({
  users,
  groups: Array.from({ length: users }, (_, group) =>
    // Triangular steps: two groups share one member or none, for the most part.
    Array.from({ length: each }, (_, member) => (group + (member * (member + 1)) / 2) % users),
  ),
});

export const userIdOf = (user: number): string => `user-${user}`;

/** The seats of a plan, when the side has told what it calls its groups and what opens its door. */
export function seatsOf(plan: Plan, groupIdOf: (group: number) => string, tokenOf: (user: number) => string): Seat[] {
  const seats = Array.from({ length: plan.users }, (_, user): Seat => ({
    userId: userIdOf(user),
    token: tokenOf(user),
    memberOf: [],
  }));
  for (const [group, members] of plan.groups.entries()) {
    for (const [at, user] of members.entries()) {
      seats[user]?.memberOf.push({ group, groupId: groupIdOf(group), sends: at === 0 });
    }
  }
  return seats;
}

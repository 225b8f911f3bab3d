/** How large everything is and how long it takes. */
export interface Sizes {
  contentSize: number;
  warmUpMs: number;
  probeMs: number;
  stepMs: number;
  holdMs: number;
  /** A phase at a rate that is far from the limit. */
  calmMs: number;
  precision: number;
  /** S1: groups of five. */
  groups: number;
  /** S2: members of one group. */
  crowd: number;
  /** S3: sockets whose joining is timed; S4: sockets in the end. */
  joins: number;
  sockets: number;
  /** S5: messages in the group. */
  kept: number;
  /** S6: the whole, and when the server is killed. */
  crashMs: number;
  killedAtMs: number;
  /** S7 */
  slowMs: number;
  /** S8: users, each in ten groups. */
  users: number;
}

export const full: Sizes = {
  contentSize: 300,
  warmUpMs: 400,
  probeMs: 800,
  stepMs: 1_800,
  holdMs: 5_000,
  calmMs: 4_000,
  precision: 1.08,
  groups: 200,
  crowd: 1_000,
  joins: 2_000,
  sockets: 5_000,
  kept: 10_000,
  crashMs: 10_000,
  killedAtMs: 7_000,
  slowMs: 6_000,
  users: 500,
};

export const quick: Sizes = {
  ...full,
  warmUpMs: 200,
  probeMs: 300,
  stepMs: 700,
  holdMs: 1_200,
  calmMs: 1_000,
  precision: 1.4,
  crowd: 200,
  joins: 300,
  sockets: 600,
  kept: 1_000,
  crashMs: 2_500,
  killedAtMs: 1_500,
  slowMs: 1_500,
  users: 100,
};

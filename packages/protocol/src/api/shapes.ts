import { dlgId, fileId, instant, token, urole, userId } from '../fields.ts';
import { limits, type Limits } from '../limits.ts';
import { anyRecord, flag, list, nullable, optional, record, text, whole, type Of, type Shape } from '../shape.ts';

/** Shapes that several operations share. */
export const inDialog = record({ dlgId: dlgId() });
export const inGroup = record({ groupId: dlgId() });
export const ofUser = record({ userId: userId() });

export const tokens = record({ token: token(), refreshToken: token(), expiresAt: instant() });
export const session = record({ ...tokens.fields, userId: userId(), urole: urole() });
export type Session = Of<typeof session>;

const profile = {
  name: text({ min: 1, max: 64 }),
  avatar: optional(text({ max: 2048 })),
  remark: optional(text({ max: 200 })),
  urole: urole(),
};
export const profileBody = record(profile);
export const user = record({ userId: userId(), ...profile, avatar: text(), remark: text() });
export type User = Of<typeof user>;

export const member = record({
  ...user.fields,
  /** Whether a socket of this user is bound right now. */
  online: flag(),
  readSeq: whole(),
  deliveredSeq: whole(),
  /** Until when this member may not write: null without an end; absent for one who may. */
  mutedUntil: optional(nullable(instant())),
});
export type Member = Of<typeof member>;

export const sent = record({ seq: whole({ min: 1 }), msgId: text(), sentAt: instant() });
export type Sent = Of<typeof sent>;

export const keptFile = record({ fileId: fileId(), size: whole(), name: text(), mime: text() });

export const link = record({ userId: userId(), url: text() });
export const memberBody = record({ userId: userId(), urole: optional(urole()) });

export const group = record({
  groupId: dlgId(),
  dlgId: dlgId(),
  name: text(),
  /** The number of the current conversation key. */
  keyEpoch: whole({ min: 1 }),
  members: list(record({ userId: userId(), name: text(), urole: urole() })),
  custom: optional(anyRecord()),
});

const oneEach = Object.fromEntries(Object.keys(limits).map((name) => [name, whole()]));
export const limitsInForce = record(oneEach as { [Name in keyof Limits]: Shape<number> });

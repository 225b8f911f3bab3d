/** Rare things that a world must have seen often enough, or it proves nothing about them. */
export const markers = [
  'repeated ack',
  'catch-up page',
  'gap seen',
  'stale epoch healed',
  'server killed with unanswered commit',
  'server killed before the commit',
  'reordered frame',
  'doubled frame',
  'frame lost in a cut',
  'half-open connection',
  'lost notice',
  'doubled notice',
  'send given up and sent again',
  'message recalled',
  'member removed while open',
  'member came back',
  'history while others append',
  'page with more behind it',
  'page before its key',
  'conversation changed',
  'slow disk',
  'outsider refused',
] as const;

export type Marker = (typeof markers)[number];

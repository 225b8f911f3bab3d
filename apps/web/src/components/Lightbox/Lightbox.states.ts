import type { DlgId, UserId } from '@trialogue/protocol';

import { entryOf, gallery, imageOf } from '../ChatList/bodies/media/examples.ts';
import type { Entry } from '../ChatList/rows.ts';

const entries = [
  entryOf(imageOf('one.png', 1600, 1200, 90, '盖子裂了，请看图')),
  entryOf(imageOf('two.png', 900, 1600, 180)),
  entryOf(imageOf('three.png', 160, 120, 20)),
];
const state = (at: number) => ({ dlgId: gallery, entries, shown: entries[at]?.key ?? '', nameOf: () => 'Bo' });

export const states: Record<
  string,
  { dlgId: DlgId; entries: readonly Entry[]; shown: string; nameOf: (userId: UserId) => string }
> = { 'with words': state(0), 'an upright one': state(1), 'a small one': state(2) };

import type { DlgId, PayloadOf } from '@trialogue/protocol';

import type { Entry } from '../../rows.ts';
import { entryOf, gallery, imageOf } from './examples.ts';

const state = (image: PayloadOf<'image'>) => ({ dlgId: gallery, entry: entryOf(image), image, from: 'Bo' });

export const states: Record<string, { dlgId: DlgId; entry: Entry; image: PayloadOf<'image'>; from: string }> = {
  landscape: state(imageOf('landscape.png', 1200, 900, 90)),
  portrait: state(imageOf('portrait.png', 900, 1600, 180)),
  'a strip': state(imageOf('strip.png', 1600, 60, 20)),
  'very small': state(imageOf('small.png', 24, 24, 300)),
  'with words': state(imageOf('words.png', 1200, 900, 45, '盖子裂了，请看图')),
};

import { id, type DlgId, type FileId, type PayloadOf } from '@trialogue/protocol';

import type { Entry } from '../../rows.ts';
import { drawn, entryOf, gallery } from './examples.ts';

interface Props {
  dlgId: DlgId;
  entry: Entry;
  film: PayloadOf<'video'>;
}
function state(more: Partial<PayloadOf<'video'>>): Props {
  const about = { name: 'unboxing.mp4', mime: 'video/mp4', size: 3_400_000 };
  const film: PayloadOf<'video'> = { type: 'video', fileId: id<FileId>('gallery-film'), ...about, ...more };
  return { dlgId: gallery, entry: entryOf(film), film };
}

export const states: Record<string, Props> = {
  'with its first picture': state({
    thumbId: drawn('film.png', 480, 270, 210).fileId,
    width: 1280,
    height: 720,
    seconds: 74,
  }),
  'nothing known of it': state({}),
};

import { id, type DlgId, type FileId, type PayloadOf } from '@trialogue/protocol';

import type { Entry } from '../../rows.ts';
import { entryOf, gallery } from './examples.ts';

interface Props {
  dlgId: DlgId;
  entry: Entry;
  voice: PayloadOf<'voice'>;
}
function state(seconds: number, waveform?: number[]): Props {
  const about = { fileId: id<FileId>('gallery-voice'), mime: 'audio/mp4', size: 4000 };
  const voice: PayloadOf<'voice'> = { type: 'voice', ...about, seconds, ...(waveform && { waveform }) };
  return { dlgId: gallery, entry: entryOf(voice), voice };
}
const speech = Array.from({ length: 64 }, (_, at) => Math.round(Math.abs(Math.sin(at / 3) * Math.cos(at / 11)) * 31));

export const states: Record<string, Props> = {
  spoken: state(7.4, speech),
  'as long as can be': state(60, speech),
  'of an older client': state(3),
};

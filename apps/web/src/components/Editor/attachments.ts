import { t } from '../../utils/i18n/index.ts';
import { sizeWords } from '../../utils/size.ts';

/** A file that was picked, pasted or dropped, and is not sent yet. */
export interface Attachment {
  id: number;
  file: File;
  kind: 'picture' | 'film' | 'file';
  /** Of a picture: an address of it, to be revoked. */
  preview: string | undefined;
  /** Of a picture, as it is seen: turned the right way up. */
  width?: number;
  height?: number;
  /** A picture that moves, and so goes as it is, without what is written beside it. */
  isMoving?: boolean;
  mime: string;
}

/** What somebody has spoken. */
export interface Recording {
  bytes: Blob;
  seconds: number;
  /** 64 bars, 0 to 31. */
  waveform: number[];
}

/** What goes with the files of one sheet. */
export interface Covering {
  /** Words below the last picture; after the files where there is none. */
  caption: string;
  /** Pictures in full size. */
  isOriginal: boolean;
}

export const MOST_ATTACHMENTS = 9;
export const LONGEST_CAPTION = 500;

/** Why a file cannot be sent, as far as its size tells. */
export function objection(file: File, mostBytes: number): string | undefined {
  if (file.size === 0) return t('fileEmpty', { name: file.name });
  if (file.size > mostBytes) return t('fileTooLarge', { name: file.name, size: sizeWords(mostBytes) });
  return undefined;
}

/** Whether one can speak here at all: not on plain http, and not where the browser cannot record. */
export const canRecord = (): boolean =>
  typeof MediaRecorder === 'function' && (navigator.mediaDevices as MediaDevices | undefined) !== undefined;

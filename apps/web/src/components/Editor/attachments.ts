import { limits } from '@trialogue/protocol';

import { t } from '../../utils/i18n/index.ts';
import { sizeWords } from '../../utils/size.ts';

/** A file that was picked or pasted and is not sent yet. */
export interface Attachment {
  id: number;
  file: File;
  /** For a picture: an address of it, to be revoked. */
  preview: string | undefined;
  state: 'staged' | 'uploading' | 'failed';
  /** Of the upload, 0–1. */
  share: number;
  upload: AbortController;
}

export const MOST_ATTACHMENTS = 9;

/** Why a file cannot be sent. */
export function objection(file: File): string | undefined {
  if (file.size === 0) return t('fileEmpty', { name: file.name });
  if (file.size > limits.fileBytes) return t('fileTooLarge', { name: file.name, size: sizeWords(limits.fileBytes) });
  return undefined;
}

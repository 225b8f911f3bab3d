import type { FileId } from '@trialogue/protocol';

const IS_ID = /^[A-Za-z0-9_-]{8,64}$/;

export const isFileId = (text: string): boolean => IS_ID.test(text);

/** A path is made of an id and nothing else, whoever made the id. */
export function nameOf(fileId: FileId): string {
  if (!isFileId(fileId)) throw new Error('A file id is 8 to 64 of A–Z a–z 0–9 _ -.');
  return fileId;
}

/** Two letters of the id spread the files over folders of a bearable size. On disk and elsewhere the same, so that they can be copied over. */
export const shelfOf = (fileId: FileId): string => nameOf(fileId).slice(0, 2);

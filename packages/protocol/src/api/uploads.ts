import { dlgId, fileId } from '../fields.ts';
import { hardCaps } from '../limits.ts';
import { flag, nothing, optional, record, text, whole } from '../shape.ts';
import type { Api } from './operation.ts';
import { inDialog, keptFile } from './shapes.ts';

const uploadAt = record({ dlgId: dlgId(), uploadId: fileId() });

/** How far a file has come; the file itself once all of it is there. */
const progress = record({ uploadId: fileId(), offset: whole(), size: whole(), file: optional(keptFile) });

/** A large file in pieces, which goes on where it stopped. PROTOCOL.md §10.6. */
export const uploadsApi = {
  getFileRules: {
    method: 'GET',
    path: '/file-rules',
    summary: 'Whether the app wants files sealed by who sends them. PROTOCOL.md §10.8.',
    auth: 'token',
    data: record({ sealed: flag() }),
  },
  beginUpload: {
    method: 'POST',
    path: '/conversations/:dlgId/uploads',
    summary: 'Begins a file that comes in pieces: at most `uploadBytes` in all, at most `pieceBytes` each.',
    auth: 'token',
    params: inDialog,
    body: record({
      name: text({ max: 1024 }),
      mime: text({ max: 127 }),
      size: whole({ min: 1, max: hardCaps.uploadBytes }),
    }),
    data: progress,
  },
  continueUpload: {
    method: 'PATCH',
    path: '/conversations/:dlgId/uploads/:uploadId',
    summary:
      'The next piece. It is taken if it begins at the `offset` of the last answer; the answer says where the next one begins, whatever became of this one. With the last byte the file is there, in one step.',
    auth: 'token',
    params: uploadAt,
    query: record({ offset: whole() }),
    body: 'octets',
    data: progress,
  },
  getUpload: {
    method: 'GET',
    path: '/conversations/:dlgId/uploads/:uploadId',
    summary: 'How far a file of yours has come: where to go on after the line was lost.',
    auth: 'token',
    params: uploadAt,
    data: progress,
  },
  cancelUpload: {
    method: 'DELETE',
    path: '/conversations/:dlgId/uploads/:uploadId',
    summary: 'Throws away a half file of yours. A whole one stays.',
    auth: 'token',
    params: uploadAt,
    data: nothing(),
  },
} as const satisfies Api;

import type { DlgId, FileId } from '@trialogue/protocol';
import type { BodyOf, ClientApi } from '@trialogue/protocol/api';

import { client } from './api.ts';

/** Operations that large files need, apart from the others: nobody has one to send before the first message is there. */
export const getLimits = () => client<'getLimits'>('GET', '/config/limits');

export const getFileRules = () => client<'getFileRules'>('GET', '/file-rules');

export const beginUpload = (dlgId: DlgId, body: BodyOf<ClientApi['beginUpload']>) =>
  client<'beginUpload'>('POST', '/conversations/:dlgId/uploads', { at: { dlgId }, data: body });

export const continueUpload = (
  dlgId: DlgId,
  uploadId: FileId,
  offset: number,
  piece: Blob,
  { signal, heard }: { signal: AbortSignal; heard: (bytes: number) => void },
) =>
  client<'continueUpload'>('PATCH', '/conversations/:dlgId/uploads/:uploadId', {
    at: { dlgId, uploadId },
    params: { offset },
    headers: { 'Content-Type': 'application/octet-stream' },
    data: piece,
    timeout: 0,
    signal,
    onUploadProgress: ({ loaded }) => heard(loaded),
  });

export const getUpload = (dlgId: DlgId, uploadId: FileId) =>
  client<'getUpload'>('GET', '/conversations/:dlgId/uploads/:uploadId', { at: { dlgId, uploadId } });

export const cancelUpload = (dlgId: DlgId, uploadId: FileId) =>
  client<'cancelUpload'>('DELETE', '/conversations/:dlgId/uploads/:uploadId', { at: { dlgId, uploadId } });

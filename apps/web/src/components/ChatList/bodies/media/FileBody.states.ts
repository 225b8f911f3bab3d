import { id, type ClientMsgId, type DlgId, type FileId } from '@trialogue/protocol';

import { gallery } from './examples.ts';

interface Props {
  dlgId: DlgId;
  clientMsgId: ClientMsgId;
  file: { fileId: FileId; name: string; mime: string; size: number };
}
const state = (name: string, size: number): Props => ({
  dlgId: gallery,
  clientMsgId: id<ClientMsgId>('gallery-file'),
  file: { fileId: id<FileId>('gallery-file'), name, mime: 'application/octet-stream', size },
});

export const states: Record<string, Props> = {
  'a file': state('invoice-2026-11.pdf', 482_133),
  'a long name': state('很长的文件名字用来看看会不会溢出气泡的边缘 2026 年 11 月.pdf', 19_900_000),
  'a name that runs the other way': state('فاتورة نوفمبر.pdf', 12),
};

import {
  id,
  type ClientMsgId,
  type DlgId,
  type FileId,
  type Payload,
  type PayloadOf,
  type UserId,
} from '@trialogue/protocol';

import { keepFile } from '../../../../lib/files.ts';
import type { Entry } from '../../rows.ts';

/** For the gallery: no server is asked, all files are here. */
export const gallery = id<DlgId>('gallery');

/** Draws a picture and keeps it, as if it had been fetched. */
export function drawn(name: string, width: number, height: number, hue: number): { fileId: FileId; bytes: Blob } {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d');
  if (context) {
    const light = context.createLinearGradient(0, 0, width, height);
    light.addColorStop(0, `hsl(${hue} 55% 78%)`);
    light.addColorStop(1, `hsl(${hue + 50} 45% 38%)`);
    context.fillStyle = light;
    context.fillRect(0, 0, width, height);
  }
  const base64 = canvas.toDataURL('image/png').split(',')[1] ?? '';
  const bytes = new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: 'image/png' });
  const fileId = id<FileId>(`gallery-${name}`);
  keepFile(gallery, fileId, bytes);
  return { fileId, bytes };
}

export function imageOf(name: string, width: number, height: number, hue: number, text?: string): PayloadOf<'image'> {
  const { fileId, bytes } = drawn(name, width, height, hue);
  return { type: 'image', fileId, name, mime: 'image/png', size: bytes.size, width, height, ...(text && { text }) };
}

let count = 0;
export function entryOf(said: Payload, isOwn = false): Entry {
  count += 1;
  const fromuid = id<UserId>(isOwn ? 'ada' : 'bo');
  return {
    key: `${fromuid} gallery-${count}`,
    seq: count,
    clientMsgId: id<ClientMsgId>(`gallery-${count}`),
    fromuid,
    said,
    sentAt: Date.UTC(2026, 10, 23, 12, count),
    recalled: false,
    state: 'sent',
  };
}

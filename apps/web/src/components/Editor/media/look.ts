import { isFlood } from '@trialogue/protocol/pictures';

import { canSeal, sealOverhead } from '../../../lib/sealedFiles.ts';
import { t } from '../../../utils/i18n/index.ts';
import { objection, type Attachment } from '../attachments.ts';
import { headOf, sizeOf } from '../preparePicture.ts';
import { areSealed, limitsInForce } from './limitsInForce.ts';

const films = new Set(['video/mp4', 'video/webm', 'video/quicktime', 'video/x-m4v']);

/** Whether its first bytes are those of a film. What is only called one goes as a file, to be saved. */
async function isFilm(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const isMatroska = [0x1a, 0x45, 0xdf, 0xa3].every((byte, at) => head[at] === byte);
  return isMatroska || /^(ftyp|moov|mdat|wide|free|skip)$/.test(String.fromCharCode(...head.slice(4, 8)));
}

type Look = { attachment: Omit<Attachment, 'id' | 'preview'> } | { refused: string };

/**
 * Looks at a file before it is shown as something to send. Whatever is or calls itself a picture must be one that can
 * be drawn anew: only so is it known that nothing is sent with it that nobody sees.
 */
export async function look(file: File): Promise<Look> {
  const most = await limitsInForce();
  // Where nobody can be asked now, one is asked before anything goes up.
  const isSealed = await areSealed().catch(() => false);
  if (isSealed && !canSeal()) return { refused: t('sealedNeedsHttps', { name: file.name }) };
  const refused = objection(file, most.uploadBytes - (isSealed ? sealOverhead(most.uploadBytes) : 0));
  if (refused !== undefined) return { refused };
  const { name } = file;
  const head = await headOf(file);
  // SVG is a program as well: it goes as a file, and is never drawn.
  const isCalledPicture = file.type.startsWith('image/') && file.type !== 'image/svg+xml';
  // Two letters are too few to call a text a picture by.
  const isPicture = isCalledPicture || (head !== undefined && head.mime !== 'image/bmp');
  if (!isPicture) {
    const mime = file.type.slice(0, 127) || 'application/octet-stream';
    return { attachment: { file, mime, kind: films.has(mime) && (await isFilm(file)) ? 'film' : 'file' } };
  }
  if (head && isFlood(head, most)) return { refused: t('pictureTooManyPixels', { name }) };
  const isHeic = head?.mime === 'image/heic' || /^image\/hei[cf]/.test(file.type);
  const unreadable = () => ({ refused: t(isHeic ? 'pictureHeic' : 'pictureUnreadable', { name }) });
  if (!head) return unreadable();
  try {
    const size = await sizeOf(file);
    return { attachment: { file, kind: 'picture', mime: head.mime, isMoving: head.isMoving, ...size } };
  } catch {
    return unreadable();
  }
}

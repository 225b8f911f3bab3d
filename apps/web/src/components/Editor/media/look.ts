import { t } from '../../../utils/i18n/index.ts';
import { isFlood } from '../../../utils/pictureHead.ts';
import { objection, type Attachment } from '../attachments.ts';
import { headOf, sizeOf } from '../preparePicture.ts';

const films = new Set(['video/mp4', 'video/webm', 'video/quicktime', 'video/x-m4v']);

type Look = { attachment: Omit<Attachment, 'id' | 'preview'> } | { refused: string };

/**
 * Looks at a file before it is shown as something to send. Whatever is or calls itself a picture must be one that can
 * be drawn anew: only so is it known that nothing is sent with it that nobody sees.
 */
export async function look(file: File): Promise<Look> {
  const refused = objection(file);
  if (refused !== undefined) return { refused };
  const { name } = file;
  const head = await headOf(file);
  // SVG is a program as well: it goes as a file, and is never drawn.
  const isCalledPicture = file.type.startsWith('image/') && file.type !== 'image/svg+xml';
  // Two letters are too few to call a text a picture by.
  const isPicture = isCalledPicture || (head !== undefined && head.mime !== 'image/bmp');
  if (!isPicture) {
    const mime = file.type.slice(0, 127) || 'application/octet-stream';
    return { attachment: { file, mime, kind: films.has(mime) ? 'film' : 'file' } };
  }
  if (head && isFlood(head)) return { refused: t('pictureTooManyPixels', { name }) };
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

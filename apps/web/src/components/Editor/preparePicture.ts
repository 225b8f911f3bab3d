import { isDrawn } from '../../utils/pictures.ts';

/** A picture as it is sent: its size is known, so that its room can be kept free. */
export interface Picture {
  bytes: Blob;
  mime: string;
  width: number;
  height: number;
}

const LONGEST_SIDE_PX = 1600;
const QUALITY = 0.82;

/**
 * Draws a picture anew, no larger than a phone can show. That drops what cameras write into it – place, time, owner.
 * A GIF stays as it is, for it may move. None when the browser cannot read it: then it goes as a file.
 */
export async function preparePicture(file: Blob): Promise<Picture | undefined> {
  if (!isDrawn(file.type)) return undefined;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return undefined;
  }
  try {
    if (file.type === 'image/gif') return { bytes: file, mime: file.type, width: bitmap.width, height: bitmap.height };
    const scale = Math.min(1, LONGEST_SIDE_PX / Math.max(bitmap.width, bitmap.height));
    const width = Math.max(1, Math.round(bitmap.width * scale));
    const height = Math.max(1, Math.round(bitmap.height * scale));
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, width, height);
    // A drawing or a screenshot stays sharp, and may be see-through.
    const mime = file.type === 'image/png' ? 'image/png' : 'image/jpeg';
    const bytes = await new Promise<Blob | null>((done) => canvas.toBlob(done, mime, QUALITY));
    return bytes ? { bytes, mime: bytes.type, width, height } : undefined;
  } finally {
    bitmap.close();
  }
}

import { pictureHead } from '@trialogue/protocol/pictures';

import type { Attachment } from './attachments.ts';
import { fit, LONGEST_SIDE_PX, THUMB_SIDE_PX, type Size } from './media/fit.ts';
import { withoutNotes } from './media/notes.ts';

/** A picture as it is sent: its size is known, so that its room can be kept free. */
export interface Picture extends Size {
  bytes: Blob;
  mime: string;
  /** A small copy for the list; none where the picture itself is as small. */
  thumb: Blob | undefined;
}

const QUALITY = 0.8;
const ORIGINAL_QUALITY = 0.92;
const THUMB_QUALITY = 0.7;
/** A picture of so few bytes needs no copy. */
const SMALL_BYTES = 64 * 1024;
/** A photograph that was saved as a drawing: so many bytes are worth a second try. */
const LARGE_PNG_BYTES = 1024 * 1024;

/**
 * Draws a picture anew. That turns it the right way up and drops what cameras write into it – place, time, owner. One
 * that moves stays as it is, without those notes.
 *
 * @throws when the browser cannot draw it
 */
export async function preparePicture(
  { file, mime, isMoving }: Pick<Attachment, 'file' | 'mime' | 'isMoving'>,
  { isOriginal }: { isOriginal: boolean },
): Promise<Picture> {
  const image = await load(file);
  try {
    const whole = { width: image.naturalWidth, height: image.naturalHeight };
    const isKept = isMoving && (mime === 'image/gif' || mime === 'image/webp');
    const size = isKept ? whole : fit(whole, isOriginal ? undefined : LONGEST_SIDE_PX);
    const bytes = isKept
      ? withoutNotes(new Uint8Array(await file.arrayBuffer()), mime)
      : await redrawn(image, size, mime, isOriginal ? ORIGINAL_QUALITY : QUALITY);
    // What moves shall move in the list too, as long as it is not large.
    const isSmall = bytes.size <= (isKept ? LARGE_PNG_BYTES : SMALL_BYTES);
    const thumb = isSmall
      ? undefined
      : await encode(draw(image, fit(whole, THUMB_SIDE_PX), true), 'image/jpeg', THUMB_QUALITY);
    return { ...size, bytes, mime: bytes.type, thumb };
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

/** How large a picture is as it is seen. @throws when the browser cannot draw it */
export async function sizeOf(file: Blob): Promise<Size> {
  const image = await load(file);
  URL.revokeObjectURL(image.src);
  return { width: image.naturalWidth, height: image.naturalHeight };
}

/** As much as most pictures say at once what they are. */
const HEAD_BYTES = 256 * 1024;
/** No picture that is more than this is read whole to learn that it is none. */
const PICTURE_BYTES = 64 * 1024 * 1024;

/** What a picture says of itself, where it is of a kind that is known. */
export async function headOf(file: Blob) {
  const read = async (bytes: Blob) => pictureHead(new Uint8Array(await bytes.arrayBuffer()));
  const head = await read(file.slice(0, HEAD_BYTES));
  return head ?? (file.size > HEAD_BYTES && file.size <= PICTURE_BYTES ? read(file) : undefined);
}

async function load(file: Blob): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
  } catch (error) {
    URL.revokeObjectURL(image.src);
    throw error;
  }
  return image;
}

/** A drawing or a screenshot stays sharp, and may be see-through. */
async function redrawn(image: HTMLImageElement, size: Size, mime: string, quality: number): Promise<Blob> {
  if (mime === 'image/png' || mime === 'image/gif' || mime === 'image/webp') {
    const canvas = draw(image, size, false);
    const isSharp = mime === 'image/png' || isSeeThrough(canvas);
    const bytes = isSharp ? await encode(canvas, 'image/png', quality) : undefined;
    if (bytes && (bytes.size <= LARGE_PNG_BYTES || isSeeThrough(canvas))) return bytes;
  }
  return encode(draw(image, size, true), 'image/jpeg', quality);
}

function draw(image: HTMLImageElement, { width, height }: Size, isOnWhite: boolean): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no room to draw a picture');
  context.imageSmoothingQuality = 'high';
  if (isOnWhite) {
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
  }
  context.drawImage(image, 0, 0, width, height);
  return canvas;
}

const PROBE_PX = 64;
function isSeeThrough(canvas: HTMLCanvasElement): boolean {
  const probe = document.createElement('canvas');
  probe.width = probe.height = PROBE_PX;
  const context = probe.getContext('2d', { willReadFrequently: true });
  context?.drawImage(canvas, 0, 0, PROBE_PX, PROBE_PX);
  const pixels = context?.getImageData(0, 0, PROBE_PX, PROBE_PX).data ?? [];
  for (let at = 3; at < pixels.length; at += 4) if ((pixels[at] ?? 255) < 255) return true;
  return false;
}

async function encode(canvas: HTMLCanvasElement, mime: string, quality: number): Promise<Blob> {
  const bytes = await new Promise<Blob | null>((done) => canvas.toBlob(done, mime, quality));
  if (bytes === null) throw new Error('the picture could not be drawn');
  return bytes;
}

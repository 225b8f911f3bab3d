/** The address of a picture of our own origin; none of others, which would tell them who reads and when. */
export function ownPicture(address: string | undefined): string | undefined {
  if (!address) return undefined;
  try {
    const url = new URL(address, location.origin);
    return url.origin === location.origin && /^https?:$/.test(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** Kinds that a browser draws as a picture and never runs. */
const drawn: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
]);

export const isDrawn = (mime: string): boolean => drawn.has(mime);

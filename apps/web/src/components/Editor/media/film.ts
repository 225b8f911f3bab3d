import { fit, THUMB_SIDE_PX } from './fit.ts';
import { withoutPlace } from './notes.ts';

/** A film as it is sent; what the browser cannot play has no picture, length and size. */
export interface Film {
  bytes: Blob;
  poster?: Blob;
  seconds?: number;
  width?: number;
  height?: number;
}

const PATIENCE_MS = 8_000;

/** Blanks the place where it was taken, and looks at the first picture. */
export async function prepareFilm(file: File): Promise<Film> {
  const bytes = new Blob([withoutPlace(new Uint8Array(await file.arrayBuffer()))], { type: file.type });
  const film = document.createElement('video');
  film.muted = true;
  film.playsInline = true;
  film.preload = 'auto';
  film.src = URL.createObjectURL(bytes);
  try {
    await happens(film, 'loadeddata');
    const { videoWidth: width, videoHeight: height, duration } = film;
    const size = { width, height };
    const seconds = Number.isFinite(duration) ? { seconds: Math.round(duration * 10) / 10 } : {};
    if (width === 0 || height === 0) return { bytes, ...seconds };
    if (duration > 0.2) {
      film.currentTime = 0.1;
      await happens(film, 'seeked');
    }
    const { width: posterWidth, height: posterHeight } = fit(size, THUMB_SIDE_PX);
    const canvas = document.createElement('canvas');
    canvas.width = posterWidth;
    canvas.height = posterHeight;
    canvas.getContext('2d')?.drawImage(film, 0, 0, posterWidth, posterHeight);
    const poster = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.7));
    return { bytes, ...size, ...seconds, ...(poster && { poster }) };
  } catch {
    return { bytes };
  } finally {
    URL.revokeObjectURL(film.src);
    film.removeAttribute('src');
    film.load();
  }
}

const happens = (film: HTMLVideoElement, event: 'loadeddata' | 'seeked'): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${event}`)), PATIENCE_MS);
    film.addEventListener(event, () => (clearTimeout(timer), resolve()), { once: true });
    film.addEventListener('error', () => (clearTimeout(timer), reject(new Error('not playable'))), { once: true });
  });

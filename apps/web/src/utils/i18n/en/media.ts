import type { media as simplified } from '../zh-CN/media.ts';

export const media: Readonly<Record<keyof typeof simplified, string>> = {
  imageFailed: 'The picture could not be loaded',
  download: 'Download',
  downloading: 'Downloading…',
  downloadFailed: 'The download failed. Try again.',
};

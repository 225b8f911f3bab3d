import type { media as simplified } from '../zh-CN/media.ts';

export const media: Readonly<Record<keyof typeof simplified, string>> = {
  imageFailed: '圖片載入失敗',
  download: '下載',
  downloading: '下載中…',
  downloadFailed: '下載失敗，請重試',
};

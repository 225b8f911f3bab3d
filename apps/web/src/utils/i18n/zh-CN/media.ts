export const media = {
  imageFailed: '图片加载失败',
  download: '下载',
  downloading: '下载中…',
  downloadFailed: '下载失败，请重试',
} as const;

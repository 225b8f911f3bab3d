import type { Upload } from './uploads.ts';

const nothing = () => undefined;
const state = (share: number, name: Upload['state'] = 'going') => ({
  upload: { state: name, share, cancel: nothing, retry: nothing },
  name: 'IMG_0042.jpg',
});

export const states: Record<string, { upload: Upload; name: string }> = {
  'just begun': state(0),
  'on its way': state(0.62),
  'waits for the line': state(0.62, 'waiting'),
  failed: state(0, 'failed'),
};

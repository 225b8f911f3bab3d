import type { DlgId, Payload } from '@trialogue/protocol';
import { onScopeDispose, shallowRef } from 'vue';

import { MOST_ATTACHMENTS, objection, type Attachment } from '../../components/Editor/attachments.ts';
import { preparePicture } from '../../components/Editor/preparePicture.ts';
import { uploadFile } from '../../http/api.ts';
import { t } from '../../utils/i18n/index.ts';
import { isDrawn } from '../../utils/pictures.ts';

/** Files between the picker and the conversation: staged, then uploaded one after the other, then said. */
export function useAttachments(
  dlgId: DlgId,
  { say, warn }: { say: (payload: Payload) => void; warn: (text: string) => void },
) {
  const attachments = shallowRef<readonly Attachment[]>([]);
  let count = 0;

  const change = (id: number, patch: Partial<Attachment>) => {
    attachments.value = attachments.value.map((one) => (one.id === id ? { ...one, ...patch } : one));
  };

  function attach(files: readonly File[]): void {
    const room = MOST_ATTACHMENTS - attachments.value.length;
    if (files.length > room) warn(t('tooManyFiles', { n: MOST_ATTACHMENTS }));
    const added: Attachment[] = [];
    for (const file of files.slice(0, room)) {
      const reason = objection(file);
      if (reason !== undefined) {
        warn(reason);
        continue;
      }
      count += 1;
      const preview = isDrawn(file.type) ? URL.createObjectURL(file) : undefined;
      added.push({ id: count, file, preview, state: 'staged', share: 0, upload: new AbortController() });
    }
    attachments.value = [...attachments.value, ...added];
  }

  function detach(id: number): void {
    const one = attachments.value.find((each) => each.id === id);
    if (!one) return;
    one.upload.abort();
    if (one.preview) URL.revokeObjectURL(one.preview);
    attachments.value = attachments.value.filter((each) => each.id !== id);
  }

  async function upload(one: Attachment): Promise<void> {
    const {
      id,
      file,
      upload: { signal },
    } = one;
    change(id, { state: 'uploading', share: 0 });
    try {
      const picture = await preparePicture(file);
      const name = file.name.slice(-255) || t('file');
      const kept = await uploadFile(dlgId, picture?.bytes ?? file, name, {
        signal,
        heard: (share) => change(id, { share }),
      });
      const { fileId, size } = kept;
      const mime = picture?.mime ?? (file.type.slice(0, 127) || 'application/octet-stream');
      if (picture) say({ type: 'image', fileId, name, mime, size, width: picture.width, height: picture.height });
      else say({ type: 'file', fileId, name, mime, size });
      detach(id);
    } catch {
      if (signal.aborted) return;
      change(id, { state: 'failed' });
      warn(t('uploadFailed', { name: file.name }));
    }
  }

  onScopeDispose(() => {
    for (const { id } of attachments.value) detach(id);
  });
  return {
    attachments,
    attach,
    detach,
    async sendAll(): Promise<void> {
      for (const one of attachments.value) if (one.state === 'staged') await upload(one);
    },
    async retry(id: number): Promise<void> {
      const one = attachments.value.find((each) => each.id === id && each.state === 'failed');
      if (one) await upload(one);
    },
  };
}

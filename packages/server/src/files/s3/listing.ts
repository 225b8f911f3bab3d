import type { S3Client } from './client.ts';
import { elementsOf, textOf } from './xml.ts';

export interface Listed {
  /** Below the prefix. */
  key: string;
  size: number;
  /** When it was written, in ms. */
  at: number;
}

/** All objects whose keys begin so, in the order of their keys, a page at a time. */
export async function* list(client: S3Client, beginning: string): AsyncIterable<Listed> {
  let more: string | undefined;
  do {
    const query = {
      'list-type': '2',
      prefix: client.prefix + beginning,
      ...(more !== undefined && { 'continuation-token': more }),
    };
    const { text } = await client.ask({ method: 'GET', key: '', query });
    for (const one of elementsOf(text, 'Contents')) {
      const key = textOf(one, 'Key') ?? '';
      if (!key.startsWith(client.prefix + beginning)) continue;
      const at = Date.parse(textOf(one, 'LastModified') ?? '');
      yield { key: key.slice(client.prefix.length), size: Number(textOf(one, 'Size')), at };
    }
    more = textOf(text, 'IsTruncated') === 'true' ? textOf(text, 'NextContinuationToken') : undefined;
  } while (more !== undefined);
}

/** Uploads in parts that were begun before, and neither finished nor given up. */
export async function staleUploads(client: S3Client, before: number): Promise<{ key: string; uploadId: string }[]> {
  const { text } = await client.ask({ method: 'GET', key: '', query: { uploads: '', prefix: client.prefix } });
  return elementsOf(text, 'Upload').flatMap((one) => {
    const [key = '', uploadId = ''] = [textOf(one, 'Key'), textOf(one, 'UploadId')];
    const isOurs = key.startsWith(client.prefix) && Date.parse(textOf(one, 'Initiated') ?? '') < before;
    return isOurs ? [{ key: key.slice(client.prefix.length), uploadId }] : [];
  });
}

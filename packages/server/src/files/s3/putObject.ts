import { S3Refusal, type S3Client } from './client.ts';
import { partsOf, type Held } from './parts.ts';
import { escaped, textOf } from './xml.ts';

/**
 * One object out of a stream: in one request when it is small, else in parts. It is there whole, or not at all.
 *
 * @throws {Refused} storage.unavailable
 */
export async function putObject(
  client: S3Client,
  key: string,
  bytes: AsyncIterable<Uint8Array>,
  held: Held,
): Promise<void> {
  let uploadId: string | undefined;
  const etags: string[] = [];
  try {
    for await (const part of partsOf(bytes, held)) {
      if (part.isLast && uploadId === undefined) {
        await client.ask({ method: 'PUT', key, body: part.bytes, hash: part.hash });
        return;
      }
      uploadId ??= await begin(client, key);
      const query = { partNumber: String(etags.length + 1), uploadId };
      const { headers } = await client.ask({ method: 'PUT', key, query, body: part.bytes, hash: part.hash });
      etags.push(headers.get('etag') ?? '');
    }
    await complete(client, key, uploadId ?? '', etags);
  } catch (error) {
    // What is left of it otherwise costs money, until it is tidied up.
    if (uploadId !== undefined) await abortUpload(client, key, uploadId).catch(() => {});
    throw error;
  }
}

export async function abortUpload(client: S3Client, key: string, uploadId: string): Promise<void> {
  await client.ask({ method: 'DELETE', key, query: { uploadId }, also: [404] });
}

async function begin(client: S3Client, key: string): Promise<string> {
  const { text } = await client.ask({ method: 'POST', key, query: { uploads: '' } });
  const uploadId = textOf(text, 'UploadId');
  if (uploadId === undefined) throw new Error('The store of files began no upload.');
  return uploadId;
}

async function complete(client: S3Client, key: string, uploadId: string, etags: readonly string[]): Promise<void> {
  const parts = etags.map((etag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${escaped(etag)}</ETag></Part>`);
  const body = Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
  const { status, text } = await client.ask({ method: 'POST', key, query: { uploadId }, body, also: [404] });
  // It says 200 before it knows; what it says in the end stands in the body.
  const code = textOf(text, 'Code');
  if (status !== 404 && code === undefined) return;
  // The answer to the try before may have been lost.
  const there = await client.ask({ method: 'HEAD', key, also: [404] });
  if (there.status === 404) throw new S3Refusal(status, code ?? 'without a word');
}

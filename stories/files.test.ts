import { randomBytes } from 'node:crypto';

import { startS3, type S3Double } from '@trialogue/testkit/s3';
import { lacksCluster, startCluster, type Cluster } from '@trialogue/testkit/servers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { download, openShop, upload, uploadInPieces, type Shop } from './deploy/shop.ts';

/** Two real nodes that have nothing in common but a PostgreSQL, a NATS and a bucket. */
describe.skipIf(lacksCluster() !== undefined)('two nodes with their files in a bucket', () => {
  let s3: S3Double;
  let cluster: Cluster;
  let shop: Shop;
  const at = (node: number) => cluster.nodes[node]?.origin ?? '';
  const ada = () => shop.people[0] as Shop['people'][number];
  const bo = () => shop.people[1] as Shop['people'][number];
  const soon = (check: () => void | Promise<void>, timeout = 20_000) => vi.waitFor(check, { timeout, interval: 50 });
  const readyAt = async (node: number) => (await (await fetch(`${at(node)}/readyz`)).json()) as object;

  beforeAll(async () => {
    s3 = await startS3();
    cluster = await startCluster(2, s3.env);
    shop = await openShop(at(0), cluster.appSecret);
  }, 180_000);

  afterAll(async () => {
    await cluster?.stop();
    await s3?.stop();
  }, 60_000);

  test('what Ada uploads at one is read by Bo at the other', async () => {
    const tea = randomBytes(6_000_000);
    const { fileId, size } = await upload(at(0), ada(), tea);
    expect(size).toBe(tea.length);
    expect((await download(at(1), bo(), fileId)).bytes.equals(tea)).toBe(true);
  });

  test('a file in pieces that come now to one, now to the other', async () => {
    const film = randomBytes(700_000);
    const fileId = await uploadInPieces([at(0), at(1)], ada(), film, 200_000);
    for (const node of [0, 1]) expect((await download(at(node), bo(), fileId)).bytes.equals(film)).toBe(true);
    expect([...s3.bucket.objects.keys()].filter((key) => key.includes('halves'))).toEqual([]);
  });

  test('nothing of it is readable in the bucket', async () => {
    const words = Buffer.from('the finest leaves of the spring harvest '.repeat(50));
    await upload(at(0), ada(), words);
    for (const [key, { bytes }] of s3.bucket.objects) {
      expect(bytes.includes('the finest leaves'), key).toBe(false);
      expect(bytes.includes('tea.bin'), key).toBe(false);
    }
  });

  test('the bucket is away: people talk on, a file is refused and comes again, and the nodes say so', async () => {
    const { fileId } = await upload(at(0), ada(), randomBytes(1_000));
    const person = await ada().open();
    await soon(() => expect(person.isOpen()).toBe(true));
    s3.away = true;
    await expect(upload(at(0), ada(), randomBytes(1_000))).rejects.toThrow('storage.unavailable');
    expect((await download(at(0), bo(), fileId)).status).toBe(503);
    await person.say('without pictures then');
    expect(await readyAt(0)).toMatchObject({ code: 0, data: { ready: true, files: 'lost' } });
    expect(await metricAt(0, 'trialogue_files_connected')).toBe(0);
    s3.away = false;
    await upload(at(0), ada(), randomBytes(1_000));
    expect(await readyAt(0)).toMatchObject({ code: 0, data: { files: 'connected' } });
    expect((await download(at(0), bo(), fileId)).status).toBe(200);
    person.leave();
    const said = cluster.nodes.map((node) => node.said()).join('');
    expect(said).toContain('files: the store does not answer');
    for (const secret of Object.values(s3.env)) expect(said).not.toContain(secret);
  });

  test('a node that the bucket does not take does not start, and says why', async () => {
    const secret = s3.env.AWS_SECRET_ACCESS_KEY;
    s3.env.AWS_SECRET_ACCESS_KEY = `${secret}x`;
    const wrong = await startCluster(1, s3.env).then(
      async (started) => {
        await started.stop();
        return 'it started';
      },
      (error: Error) => error.message,
    );
    s3.env.AWS_SECRET_ACCESS_KEY = secret;
    expect(wrong).toMatch(/FILES_URL cannot be used: The store of files answered 403 SignatureDoesNotMatch\./);
    expect(wrong).not.toContain(secret);
  });

  async function metricAt(node: number, name: string): Promise<number> {
    const page = await (await fetch(`${at(node)}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1]);
  }
});

import { ada } from '@trialogue/testkit';

import { mutate } from '../mutate.ts';
import { openShop, REQUEST_MS } from '../shop.ts';
import { must, type Target } from '../target.ts';

const boundary = 'tea-and-cake';
const part = (headers: string, body: string) => `--${boundary}\r\n${headers}\r\n\r\n${body}\r\n`;
const form = (...parts: string[]) => `${parts.join('')}--${boundary}--\r\n`;
const disposition = (name: string) => `Content-Disposition: form-data; name="file"; filename="${name}"`;
const PNG =
  '\u0089PNG\r\n\u001a\n\u0000\u0000\u0000\rIHDR\u0000\u0000\u0000\u0001\u0000\u0000\u0000\u0001\b\u0006\u0000\u0000\u0000\u001f\u0015\u00c4\u0089';
const mb = (count: number) => 'x'.repeat(count * 1024);

/** The bytes of a form: characters are bytes, one for one. */
const good: readonly string[] = [
  form(part(`${disposition('tea.png')}\r\nContent-Type: image/png`, PNG)),
  form(part('Content-Disposition: form-data; name="note"', 'hello'), part(disposition('a.txt'), 'text')),
  form(part(`${disposition('../../etc/passwd')}\r\nContent-Type: text/html`, '<script>alert(1)</script>')),
  form(part(`${disposition('x.svg')}\r\nContent-Type: image/svg+xml`, '<svg onload="alert(1)"/>')),
  form(part(`Content-Disposition: form-data; name="file"; filename*=UTF-8''%e8%8c%b6.txt`, mb(64))),
  form(
    part(`${disposition('big')}\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64`, mb(8)),
  ),
];

interface Sent {
  type: string;
  body: string;
}

/** Forms that no browser would send: they are kept or refused, and the server is none the worse. */
export const uploads: Target = {
  name: 'uploads',
  title: 'a hostile client uploads it',
  times: { small: 100, full: 50_000 },
  async open(random, reach) {
    const shop = await openShop();
    const token = await shop.tokenOf(ada.userId);
    const types = [
      `multipart/form-data; boundary=${boundary}`,
      `multipart/form-data; boundary=${boundary}`,
      `multipart/form-data; boundary=${boundary}`,
      `multipart/form-data; boundary="${boundary}"; charset=utf-16`,
      'multipart/form-data',
      'multipart/form-data; boundary=',
      `multipart/form-data; boundary=${'b'.repeat(200)}`,
    ];
    let sent = 0;
    return {
      seeds: good,
      places: ['read image/png', 'read text/plain', 'read application/octet-stream', 'refused request.malformed'],
      make: () =>
        JSON.stringify({ type: random.pick(types), body: mutate(random.pick(good), random, good) } satisfies Sent),
      async take(input) {
        const { type, body } = JSON.parse(input) as Sent;
        const answer = await fetch(`${shop.origin}/api/v1/conversations/${shop.groupId}/files`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': type },
          body: Buffer.from(body, 'latin1'),
          signal: AbortSignal.timeout(REQUEST_MS),
        });
        const { code, error, data } = (await answer.json()) as {
          code: number;
          error?: string;
          data: { name: string; mime: string } | null;
        };
        must(answer.status < 500, `HTTP ${answer.status} ${error}`);
        must(code === 0 || typeof error === 'string', 'a refusal without a name');
        reach(data ? `read ${data.mime}` : `refused ${error}`);
        if (data) {
          must(
            !/[/\\\p{Cc}]/u.test(data.name) && data.name.length > 0,
            `a file is called ${JSON.stringify(data.name)}`,
          );
        }
        if (++sent % 100 === 0) await shop.neighboursTalk();
      },
      async end() {
        await shop.neighboursTalk();
        await shop.mustBeWell();
      },
      close: shop.close,
    };
  },
};

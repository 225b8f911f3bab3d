import type { AppId, FileId } from '@trialogue/protocol';
import { shop } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import type { Deed } from '../chat/moderation/ports.ts';
import type { Retention } from '../chat/moderation/retention.ts';
import { tidy } from './tidy.ts';

const DAY_MS = 24 * 60 * 60_000;
const now = 1_760_000_000_000;

function untidy() {
  const did: string[] = [];
  const messages = [3, 2];
  const shredded = [200];
  const reports = [1];
  const files = [['f1', 'f2'], ['f3']] as FileId[][];
  return {
    did,
    clock: { now: () => now },
    retentions: async (): Promise<Retention[]> => [],
    audit: {
      note: async (deed: Deed) => void did.push(`${deed.actor} ${deed.action} in ${deed.appId}: ${deed.subject}`),
    },
    limits: { dedupeMs: 7, outboxMs: 3 * DAY_MS, uploadMs: DAY_MS },
    store: {
      forgetExpired: async (at: number) => void did.push(`expired before ${at - now}`),
      dropMessages: async (before: number, at: number, dedupeMs?: number, appId?: AppId) => {
        did.push(`messages of ${appId} before ${(before - now) / DAY_MS} d, at ${at - now}, ids after ${dedupeMs}`);
        return messages.shift() ?? 0;
      },
      dropShredded: async () => {
        did.push('shredded');
        return shredded.shift() ?? 0;
      },
      dropReports: async (appId: AppId, before: number) => {
        did.push(`reports of ${appId} before ${(before - now) / DAY_MS} d`);
        return reports.shift() ?? 0;
      },
      dropFiles: async (before: number, appId?: AppId) => {
        did.push(`files of ${appId} before ${(before - now) / DAY_MS} d`);
        return files.shift() ?? [];
      },
    },
    files: {
      remove: async (fileId: FileId) => void did.push(`bytes of ${fileId}`),
      halves: { tidy: async (before: number) => void did.push(`half files before ${(before - now) / DAY_MS} d`) },
    },
  };
}

test('what is over is forgotten, and messages and files are kept for ever', async () => {
  const at = untidy();
  await tidy(at);
  expect(at.did).toEqual(['expired before 0', 'half files before -1 d', 'shredded', 'shredded']);
});

test('what is older than it is to be kept goes, step by step until nothing is left, the bytes of files too', async () => {
  const at = untidy();
  await tidy({ ...at, retentions: async () => [{ appId: shop, retentionMs: 30 * DAY_MS }] });
  expect(at.did).toEqual([
    'expired before 0',
    'half files before -1 d',
    'shredded',
    'shredded',
    ...Array.from({ length: 3 }, () => 'messages of shop before -30 d, at 0, ids after 7'),
    'reports of shop before -30 d',
    'reports of shop before -30 d',
    'files of shop before -33 d',
    'bytes of f1',
    'bytes of f2',
    'files of shop before -33 d',
    'bytes of f3',
    'files of shop before -33 d',
    'server retention.swept in shop: rows=5 reports=1 files=3',
  ]);
});

import type { FileId } from '@trialogue/protocol';
import { expect, test } from 'vitest';

import { tidy } from './tidy.ts';

const DAY_MS = 24 * 60 * 60_000;
const now = 1_760_000_000_000;

function untidy() {
  const did: string[] = [];
  const messages = [3, 2];
  const files = [['f1', 'f2'], ['f3']] as FileId[][];
  return {
    did,
    clock: { now: () => now },
    limits: { dedupeMs: 7, outboxMs: 3 * DAY_MS, uploadMs: DAY_MS },
    store: {
      forgetExpired: async (at: number) => void did.push(`expired before ${at - now}`),
      dropMessages: async (before: number, at: number, dedupeMs?: number) => {
        did.push(`messages before ${(before - now) / DAY_MS} d, at ${at - now}, ids after ${dedupeMs}`);
        return messages.shift() ?? 0;
      },
      dropFiles: async (before: number) => {
        did.push(`files before ${(before - now) / DAY_MS} d`);
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
  expect(at.did).toEqual(['expired before 0', 'half files before -1 d']);
});

test('what is older than it is to be kept goes, step by step until nothing is left, the bytes of files too', async () => {
  const at = untidy();
  await tidy({ ...at, retentionMs: 30 * DAY_MS });
  expect(at.did).toEqual([
    'expired before 0',
    'half files before -1 d',
    ...Array.from({ length: 3 }, () => 'messages before -30 d, at 0, ids after 7'),
    'files before -33 d',
    'bytes of f1',
    'bytes of f2',
    'files before -33 d',
    'bytes of f3',
    'files before -33 d',
  ]);
});

import { createHash } from 'node:crypto';

import { Refused, type AppId } from '@trialogue/protocol';
import type { AuditLine } from '@trialogue/protocol/api';

import type { Audit, AuditHead, AuditStore, Deed } from '../chat/moderation/ports.ts';
import type { Clock, KeyWrap } from '../chat/ports.ts';

export const context = (appId: AppId): string[] => ['auditHead', appId];

interface Head {
  nr: number;
  hash: string;
}
const nothing: Head = { nr: 0, hash: '' };

/** Of how many nodes may note something at the same time before one of them gives up. */
const MOST_TRIES = 50;
const LINES_AT_ONCE = 500;

/**
 * Who did what only somebody special may, line after line: each app has a chain of its own.
 *
 *   line 1 ◄── hash ── line 2 ◄── hash ── line 3 ◄── sealed under the master key ── head
 *
 * A line that is changed, moved or taken out is not the one that the next one holds on to; one at the end is missed by
 * the head, which nobody can make without the master key. Who puts both back as they once were is caught only by
 * somebody who has noted a later hash.
 */
export function keepAudit(at: { store: AuditStore; keys: KeyWrap; clock: Clock }): Audit {
  /** One after the other, so that a node does not get in its own way. */
  const turns = new Map<AppId, Promise<void>>();

  const append = async ({ appId, actor = 'platform', action, subject, reason = '' }: Deed): Promise<void> => {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const found = await at.store.auditHead(appId);
      const head = found ? opened(at.keys, appId, found) : nothing;
      const line = { nr: head.nr + 1, at: at.clock.now(), actor, action, subject, reason };
      const hash = hashOf(head.hash, appId, line);
      if (await at.store.appendAudit(appId, { ...line, hash }, sealed(at.keys, appId, { nr: line.nr, hash }))) return;
    }
    throw new Refused('storage.unavailable');
  };

  return {
    note(deed) {
      const before = turns.get(deed.appId) ?? Promise.resolve();
      const mine = before.catch(() => undefined).then(() => append(deed));
      turns.set(deed.appId, mine);
      return mine.finally(() => turns.get(deed.appId) === mine && turns.delete(deed.appId));
    },
    list: (appId, after, limit) => at.store.listAudit(appId, after, limit),
  };
}

/** What became of a check: how far the chain goes, or where it is broken and how. */
export type Verdict = Head & { problem?: string };

/**
 * Follows the chain of an app from its first line to its head.
 *
 * @param noted a line that somebody noted at the time: it must be there still
 */
export async function verifyAudit(
  at: { store: AuditStore; keys: KeyWrap },
  appId: AppId,
  noted?: Head,
): Promise<Verdict> {
  const found = await at.store.auditHead(appId);
  let last = nothing;
  const broken = (problem: string): Verdict => ({ ...last, problem });
  for (;;) {
    const lines = await at.store.listAudit(appId, last.nr, LINES_AT_ONCE);
    for (const { hash, ...line } of lines) {
      if (line.nr !== last.nr + 1) return broken(`line ${last.nr + 1} is missing`);
      if (hash !== hashOf(last.hash, appId, line)) return broken(`line ${line.nr} is not what was written`);
      if (noted && noted.nr === line.nr && noted.hash !== hash)
        return broken(`line ${line.nr} is not the one that was noted`);
      last = { nr: line.nr, hash };
    }
    if (lines.length < LINES_AT_ONCE) break;
  }
  if (noted && noted.nr > last.nr) return broken(`line ${noted.nr}, which was noted, is missing`);
  if (!found) return last.nr === 0 ? last : broken('the sealed head is missing');
  let head: Head;
  try {
    head = opened(at.keys, appId, found);
  } catch {
    return broken('the sealed head is not one that this server has made');
  }
  if (head.nr > last.nr) return broken(`lines ${last.nr + 1} to ${head.nr} are missing`);
  if (head.nr < last.nr) return broken(`line ${head.nr + 1} was not written by a server`);
  return head.hash === last.hash ? last : broken(`line ${last.nr} is not the one that was sealed`);
}

const hashOf = (before: string, appId: AppId, line: Omit<AuditLine, 'hash'>): string => {
  const { nr, at, actor, action, subject, reason } = line;
  const said = JSON.stringify([before, appId, nr, at, actor, action, subject, reason]);
  return createHash('sha256').update(said).digest('base64url');
};

const sealed = (keys: KeyWrap, appId: AppId, { nr, hash }: Head): string =>
  keys.wrap(Buffer.from(JSON.stringify({ nr, hash })), context(appId));

/** @throws {Error} when it is not what a server has sealed for this app. */
function opened(keys: KeyWrap, appId: AppId, { nr, sealed: wrapped }: AuditHead): Head {
  const head = JSON.parse(Buffer.from(keys.unwrap(wrapped, context(appId))).toString()) as Head;
  if (head.nr !== nr) throw new Error(`The head of the audit of ${appId} was moved. "audit verify" says more.`);
  return head;
}

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { AppId } from '@trialogue/protocol';
import { shop } from '@trialogue/testkit';
import { beforeEach, describe, expect, test } from 'vitest';

import type { AuditAction } from '../chat/moderation/ports.ts';
import type { Storage } from '../storage/commands.ts';
import { openDatabase, type Database } from '../storage/sqlite/database.ts';
import { openInProcess } from '../storage/sqlite/inProcess.ts';
import { clusters, putCast, stores } from '../storage/storesUnderTest.ts';
import { keepAudit, verifyAudit } from './audit.ts';
import { runAuditCommand } from './auditCommands.ts';
import { masterKey } from './masterKey.ts';

const keys = masterKey(new Uint8Array(32).fill(3));
const clock = { now: () => 5_000 };
const deed = (action: AuditAction, appId: AppId = shop) => ({ appId, action, subject: 'tea' });

describe.for(stores)('the audit in %s', ([, open]) => {
  test('keeps each deed with who, what, why and when, one after the other, and says that it is whole', async () => {
    const store = await open();
    await putCast(store);
    const audit = keepAudit({ store, keys, clock });
    expect(await verifyAudit({ store, keys }, shop)).toEqual({ nr: 0, hash: '' });
    await audit.note({ ...deed('transcript.read'), reason: 'dispute 7' });
    await audit.note({ ...deed('member.muted'), actor: 'user:cy' });
    const [first, second] = await audit.list(shop, 0, 10);
    expect(first).toMatchObject({
      nr: 1,
      at: 5_000,
      actor: 'platform',
      action: 'transcript.read',
      subject: 'tea',
      reason: 'dispute 7',
    });
    expect(second).toMatchObject({ nr: 2, actor: 'user:cy', action: 'member.muted', reason: '' });
    expect(await audit.list(shop, 1, 10)).toEqual([second]);
    expect(await verifyAudit({ store, keys }, shop)).toEqual({ nr: 2, hash: second?.hash });
    expect(await verifyAudit({ store, keys }, shop, { nr: 1, hash: first?.hash ?? '' })).not.toHaveProperty('problem');
    await store.close();
  });
});

describe.for(clusters)('the audit of several nodes on %s', ([, open]) => {
  test('is one chain, whoever notes at the same time', async () => {
    const { nodes, close } = await open();
    const [store] = nodes;
    if (!store) throw new Error('no node');
    await putCast(store);
    const audits = nodes.map((node) => keepAudit({ store: node, keys, clock }));
    await Promise.all(audits.flatMap((audit) => Array.from({ length: 10 }, () => audit.note(deed('desk.joined')))));
    expect(await verifyAudit({ store, keys }, shop)).toMatchObject({ nr: 10 * nodes.length });
    expect(await verifyAudit({ store, keys }, shop)).not.toHaveProperty('problem');
    await close();
  });
});

describe('T30: whoever changes the audit in the database is found out', () => {
  let db: Database;
  let at: { store: Storage; keys: typeof keys };
  let hash = '';
  /** Somebody with a hand in the database. */
  const tamper = async (text: string) => void (await db.query(text));
  const problem = async (noted?: { nr: number; hash: string }) => (await verifyAudit(at, shop, noted)).problem;

  beforeEach(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'trialogue-audit-'));
    const file = join(folder, 'chat.db');
    at = { store: await openInProcess(file), keys };
    await putCast(at.store);
    const audit = keepAudit({ ...at, clock });
    for (const action of ['transcript.read', 'member.muted', 'desk.joined'] as const) await audit.note(deed(action));
    hash = (await audit.list(shop, 2, 1))[0]?.hash ?? '';
    db = openDatabase(file);
    expect(await problem()).toBeUndefined();
    return async () => {
      db.close();
      await at.store.close();
      rmSync(folder, { recursive: true });
    };
  });

  test.for([
    ['a line is changed', `UPDATE audit_log SET subject = 'coffee' WHERE nr = 2`, 'line 2 is not what was written'],
    ['a line says another time', `UPDATE audit_log SET at = 1 WHERE nr = 1`, 'line 1 is not what was written'],
    ['a line is taken out', `DELETE FROM audit_log WHERE nr = 2`, 'line 2 is missing'],
    ['the first one is taken out', `DELETE FROM audit_log WHERE nr = 1`, 'line 1 is missing'],
    ['the last one is taken out', `DELETE FROM audit_log WHERE nr = 3`, 'lines 3 to 3 are missing'],
    ['all are taken out', `DELETE FROM audit_log`, 'lines 1 to 3 are missing'],
    ['the head is taken away', `DELETE FROM audit_heads`, 'the sealed head is missing'],
    ['the head is moved back', `UPDATE audit_heads SET nr = 2`, 'the sealed head is not one that this server has made'],
    ['two lines change places', `UPDATE audit_log SET nr = CASE nr WHEN 2 THEN 9 ELSE nr END`, 'line 2 is missing'],
  ] as const)('%s', async ([, text, expected]) => {
    await tamper(text);
    expect(await problem()).toBe(expected);
    await expect(runAuditCommand(at, ['verify'])).rejects.toThrow(`shop: NOT WHOLE: ${expected}.`);
  });

  test('a chain that was made anew, hash by hash, is not the one that was sealed', async () => {
    const other = keepAudit({ store: at.store, keys: masterKey(new Uint8Array(32).fill(4)), clock });
    await tamper(`DELETE FROM audit_log`);
    await tamper(`DELETE FROM audit_heads`);
    for (let nr = 1; nr <= 3; nr++) await other.note(deed('transcript.read'));
    expect(await problem()).toBe('the sealed head is not one that this server has made');
  });

  test.for([
    [2, 'is not the one that the next line holds on to', 'line 3 is not what was written'],
    [3, 'is not the one that was sealed', 'line 3 is not the one that was sealed'],
  ] as const)('line %i, changed together with its hash, %s', async ([changed, , expected]) => {
    const [before, line] = await at.store.listAudit(shop, changed - 2, 2);
    if (!before || !line) throw new Error('no lines');
    // As PROTOCOL.md §13.3 has it: everybody can compute it.
    const hashOf = (subject: string) => {
      const { nr, at: when, actor, action, reason } = line;
      const said = JSON.stringify([before.hash, shop, nr, when, actor, action, subject, reason]);
      return createHash('sha256').update(said).digest('base64url');
    };
    expect(hashOf('tea')).toBe(line.hash);
    await tamper(`UPDATE audit_log SET subject = 'coffee', hash = '${hashOf('coffee')}' WHERE nr = ${changed}`);
    expect(await problem()).toBe(expected);
  });

  test('nothing more is noted on a head that somebody has touched: so it is not done either', async () => {
    await tamper(`UPDATE audit_heads SET nr = 2`);
    await expect(keepAudit({ ...at, clock }).note(deed('transcript.read'))).rejects.toThrow(/was moved/);
  });

  test('an older copy of all of it is whole, and lacks the line that somebody has noted', async () => {
    await tamper(`DELETE FROM audit_log`);
    await tamper(`DELETE FROM audit_heads`);
    await keepAudit({ ...at, clock }).note(deed('transcript.read'));
    expect(await problem()).toBeUndefined();
    expect(await problem({ nr: 3, hash })).toBe('line 3, which was noted, is missing');
    expect(await problem({ nr: 1, hash })).toBe('line 1 is not the one that was noted');
  });

  test('"audit verify" says what to note elsewhere, and what it does not understand', async () => {
    expect(await runAuditCommand(at, ['verify'])).toBe(
      `shop: 3 lines, all as they were written. The newest, to be noted elsewhere: 3:${hash}`,
    );
    expect(await runAuditCommand(at, ['verify', 'shop', `3:${hash}`])).toContain('3 lines');
    await expect(runAuditCommand(at, ['verify', 'coffee'])).rejects.toThrow('There is no app coffee.');
    await expect(runAuditCommand(at, ['shred'])).rejects.toThrow('There is no command "audit shred".');
    await expect(runAuditCommand(at, ['verify', 'shop', '3'])).rejects.toThrow('Expected:');
  });
});

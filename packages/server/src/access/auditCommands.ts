import type { AuditStore } from '../chat/moderation/ports.ts';
import type { KeyWrap, Store } from '../chat/ports.ts';
import { BadCommand } from './appCommands.ts';
import { verifyAudit } from './audit.ts';

export const auditUsage =
  'audit verify [<app>] [<nr>:<hash>]         whether every line of the audit is there as it was written, also one noted before';

const NOTED = /^(\d{1,15}):([A-Za-z0-9_-]{43})$/;

/**
 * What an operator asks of the audit of a server, which may run meanwhile.
 *
 * @returns what is to be printed.
 * @throws {BadCommand} also when the audit is not whole
 */
export async function runAuditCommand(
  at: { store: Pick<Store, 'listApps'> & AuditStore; keys: KeyWrap },
  [what = '', name, line, ...more]: readonly string[],
): Promise<string> {
  if (what !== 'verify') throw new BadCommand(`There is no command "audit ${what}". Expected:\n${auditUsage}`);
  const noted = line === undefined ? undefined : NOTED.exec(line);
  if (noted === null || more.length > 0) throw new BadCommand(`Expected:\n${auditUsage}`);
  const apps = (await at.store.listApps())
    .map(({ appId }) => appId)
    .filter((appId) => name === undefined || appId === name);
  if (apps.length === 0) throw new BadCommand(`There is no app ${name ?? ''}. "app list" names those that are there.`);
  const lines: string[] = [];
  let isWhole = true;
  for (const appId of apps) {
    const head = noted && { nr: Number(noted[1]), hash: noted[2] ?? '' };
    const { nr, hash, problem } = await verifyAudit(at, appId, head);
    isWhole &&= problem === undefined;
    if (problem !== undefined) lines.push(`${appId}: NOT WHOLE: ${problem}.`);
    else if (nr === 0) lines.push(`${appId}: nothing was noted yet.`);
    else
      lines.push(`${appId}: ${nr} lines, all as they were written. The newest, to be noted elsewhere: ${nr}:${hash}`);
  }
  if (!isWhole) throw new BadCommand(lines.join('\n'));
  return lines.join('\n');
}

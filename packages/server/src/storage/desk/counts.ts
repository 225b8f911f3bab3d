import type { ClientApi, DataOf, DlgFilter } from '@trialogue/protocol/api';

import type { Actor } from '../../chat/ports.ts';
import type { Sql } from '../sql.ts';
import { queueLength, roleOf } from './calls.ts';
import { filters } from './filters.ts';

/** Of conversation `c`: the agent `m` is in it, and it is no notes. */
const IS_THEIRS = `c.id = m.conversation AND c.app_id = $1 AND m.app_id = $1 AND m.user_id = $2
  AND m.left_at IS NULL AND m.in_lane = 0 AND ($3 = '' OR c.dlg_id = $3)`;
const ROLE = `COALESCE(m.urole, (SELECT u.urole FROM users u WHERE u.app_id = $1 AND u.user_id = $2))`;

type Counts = DataOf<ClientApi['getDeskCounts']>;

/** All lists of a desk at once: their conversations are gone through one time, whatever the number of lists. */
export async function countDesk(sql: Sql, actor: Actor): Promise<Counts> {
  const whose = [actor.appId, actor.userId, actor.onlyDlg ?? ''] as const;
  const inStatus = (status: 'open' | 'pending' | 'closed') =>
    `count(CASE WHEN urole = 'service' AND status = '${status}' THEN 1 END) AS "${status}"`;
  const [byStatus] = await sql.query<Pick<Counts, 'all' | 'open' | 'pending' | 'closed'>>(
    `SELECT count(*) AS "all", ${inStatus('open')}, ${inStatus('pending')}, ${inStatus('closed')} FROM (
       SELECT c.desk_status AS status, ${ROLE} AS urole FROM ${filters.all.from} WHERE ${IS_THEIRS}
     ) t`,
    ...whose,
  );
  const count = async (filter: DlgFilter): Promise<number> => {
    const { from, where } = filters[filter];
    const [found] = await sql.query<{ total: number }>(
      `SELECT count(*) AS total FROM ${from} WHERE ${IS_THEIRS} AND ${where} AND ${ROLE} = 'service'`,
      ...whose,
    );
    return found?.total ?? 0;
  };
  return {
    ...(byStatus ?? { all: 0, open: 0, pending: 0, closed: 0 }),
    mine: await count('mine'),
    waiting: await count('waiting'),
    queue: (await roleOf(sql, actor)) === 'service' ? await queueLength(sql, actor) : 0,
  };
}

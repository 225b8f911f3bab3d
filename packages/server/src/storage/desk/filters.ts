import type { DlgFilter } from '@trialogue/protocol/api';

/** What a list of an agent's conversations is made of: `m` is the agent in conversation `c`. */
interface Filter {
  from: string;
  where: string;
  /** By columns `id`, `updated_at` and `waited`. */
  order: readonly string[];
}

// What stands first is gone through first: the agent's conversations, or the few of the app that an index has ready.
const theirs = `members m CROSS JOIN conversations c`;
const few = `conversations c CROSS JOIN members m`;
const newest = ['updated_at DESC', 'id DESC'];
const longestWait = ['waited', 'id'];

/** Since when the one who has waited longest waits. */
export const WAITED = `CASE WHEN c.waiting_user IS NULL OR c.waiting_merchant < c.waiting_user
  THEN c.waiting_merchant ELSE c.waiting_user END`;

export const filters: { readonly [Name in DlgFilter]: Filter } = {
  all: { from: theirs, where: `TRUE`, order: newest },
  mine: {
    from: few,
    where: `c.assignee IS NOT NULL AND c.assignee = $2 AND c.desk_status <> 'closed'`,
    order: newest,
  },
  waiting: {
    from: few,
    where: `(c.waiting_user IS NOT NULL OR c.waiting_merchant IS NOT NULL)`,
    order: longestWait,
  },
  open: { from: theirs, where: `c.desk_status = 'open'`, order: newest },
  pending: { from: theirs, where: `c.desk_status = 'pending'`, order: newest },
  closed: { from: theirs, where: `c.desk_status = 'closed'`, order: newest },
};

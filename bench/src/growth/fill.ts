import { APART_MS, APP, BEGAN_AT, PER_AGENT, PER_MERCHANT, type World } from './world.ts';

/** Runs a statement. `$1`, `$2` are whole numbers or texts. */
export type Run = (text: string, ...params: (number | string)[]) => Promise<unknown>;

/** Of one statement. */
const MESSAGES_AT_ONCE = 200_000;
/** Sealed, a short sentence. */
const CONTENT = 'IM1.'.padEnd(400, 'x');

const numbers = `WITH RECURSIVE n (i) AS (
    SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < CAST($2 AS BIGINT))`;

/**
 * Fills a database that has the schema and the app. The statements are those that both databases speak, without going
 * through the store, which would take hours.
 */
export async function fill(run: Run, world: World, onProgress: (share: number) => void): Promise<void> {
  await fillUsers(run, world);
  await run(
    `${numbers} INSERT INTO conversations (id, app_id, dlg_id, name, epoch, last_seq, spoken, updated_at, log_epoch, oldest_at,
       desk_status, assignee, waiting_user)
     SELECT i, '${APP}', 'dlg-' || i, 'Order ' || i, 1, 0, 0, ${BEGAN_AT}, 'epoch', ${BEGAN_AT},
       CASE WHEN i % 10 = 1 THEN 'open' ELSE 'closed' END,
       CASE WHEN i % 10 = 1 THEN 'agent-' || ((i - 1) / ${PER_AGENT}) END,
       CASE WHEN i % 100 = 1 THEN ${BEGAN_AT} + i END FROM n`,
    1,
    world.conversations + 1,
  );
  await run(`INSERT INTO conversation_keys (conversation, epoch, wrapped)
     SELECT id, 1, 'mk1.bench.0123456789012345678901234567890123456789012345678901234567890123' FROM conversations`);
  for (let from = 0; from < world.messages; from += MESSAGES_AT_ONCE) {
    await fillMessages(run, world, from, Math.min(world.messages, from + MESSAGES_AT_ONCE));
    onProgress(Math.min(1, (from + MESSAGES_AT_ONCE) / world.messages));
  }
}

async function fillUsers(run: Run, { conversations, shoppers }: World): Promise<void> {
  const counts = {
    shopper: { urole: 'user', count: shoppers },
    merchant: { urole: 'merchant', count: Math.floor(conversations / PER_MERCHANT) + 1 },
    agent: { urole: 'service', count: Math.floor((conversations - 1) / PER_AGENT) + 1 },
  };
  for (const [name, { urole, count }] of Object.entries(counts)) {
    await run(
      `${numbers} INSERT INTO users (app_id, user_id, name, avatar, remark, urole)
       SELECT '${APP}', '${name}-' || i, '${name} ' || i, '', '', '${urole}' FROM n`,
      0,
      count,
    );
  }
}

/** Message `i` of all: where it is, and which of its conversation. */
const placed = (others: number) => `SELECT i,
    CASE WHEN i % 10 = 0 THEN 1 ELSE 2 + (i - i / 10 - 1) % ${others} END AS conversation,
    CASE WHEN i % 10 = 0 THEN i / 10 + 1 ELSE (i - i / 10 - 1) / ${others} + 1 END AS seq
  FROM n`;

const author = (shoppers: number) => `CASE seq % 3 WHEN 1 THEN 'shopper-' || (conversation % ${shoppers})
    WHEN 2 THEN 'merchant-' || (conversation / ${PER_MERCHANT})
    ELSE 'agent-' || ((conversation - 1) / ${PER_AGENT}) END`;

async function fillMessages(run: Run, world: World, from: number, to: number): Promise<void> {
  await run(
    `${numbers} INSERT INTO messages (conversation, seq, msg_id, client_msg_id, fromuid, content, sent_at, spoken, nth)
     SELECT conversation, seq, 'mmmmmmmmmm' || (100000000000 + i), '019a0000-0000-7000-8000-' || (100000000000 + i),
       ${author(world.shoppers)}, '${CONTENT}', ${BEGAN_AT} + i * ${APART_MS}, seq, (seq + 2) / 3
     FROM (${placed(world.conversations - 1)}) AS placed`,
    from,
    to,
  );
}

/** Once the messages can be found: the heads, and the members, who have read all but the last five messages. */
export async function fillStands(run: Run, { shoppers }: World): Promise<void> {
  await run(`UPDATE conversations SET
      last_seq = (SELECT max(seq) FROM messages WHERE conversation = id),
      spoken = (SELECT max(seq) FROM messages WHERE conversation = id)`);
  await run(`UPDATE conversations SET
      updated_at = (SELECT sent_at FROM messages WHERE conversation = id AND seq = last_seq)`);
  const roles = {
    shopper: `'shopper-' || (c.id % ${shoppers})`,
    merchant: `'merchant-' || (c.id / ${PER_MERCHANT})`,
    agent: `'agent-' || ((c.id - 1) / ${PER_AGENT})`,
  };
  for (const [position, user] of Object.values(roles).entries()) {
    const turn = (seq: string) => `(${seq} + ${2 - position}) / 3`;
    await run(`INSERT INTO members (conversation, app_id, user_id, position, read_seq, delivered_seq, spoken_read, sent,
        sent_read, last_sent_seq)
      SELECT c.id, '${APP}', ${user}, ${position}, c.last_seq - 5, c.last_seq, c.last_seq - 5, ${turn('c.last_seq')},
        ${turn('(c.last_seq - 5)')}, (${turn('c.last_seq')} - 1) * 3 + 1 + ${position} FROM conversations c`);
  }
}

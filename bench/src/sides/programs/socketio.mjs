// A group chat with Socket.IO 4 as its documentation teaches: rooms, acknowledgements, one statement for each message.
// STORE is none, sqlite or postgres. SECRET signs the tokens; the shop's backend makes them.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

import { Server } from 'socket.io';

const { SECRET, STORE, PORT } = process.env;

const stores = {
  none: async () => {
    let last = 0;
    return { insert: async () => ++last, history: async () => ({ list: [], more: false }) };
  },

  sqlite: async () => {
    const { DatabaseSync } = await import('@photostructure/sqlite');
    const db = new DatabaseSync(process.env.DATABASE_FILE);
    db.exec('PRAGMA journal_mode = WAL');
    // What is advised for WAL: safe when the program ends, not when the machine does.
    db.exec('PRAGMA synchronous = NORMAL');
    db.exec(`CREATE TABLE IF NOT EXISTS messages
      (seq INTEGER PRIMARY KEY, grp TEXT NOT NULL, id TEXT NOT NULL, sender TEXT NOT NULL, text TEXT NOT NULL, sent_at INTEGER NOT NULL)`);
    db.exec('CREATE INDEX IF NOT EXISTS messages_grp ON messages (grp, seq)');
    const insert = db.prepare('INSERT INTO messages (grp, id, sender, text, sent_at) VALUES (?, ?, ?, ?, ?)');
    const page = db.prepare(
      'SELECT seq, id, sender, text, sent_at FROM messages WHERE grp = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
    );
    return {
      // Statements do not keep their database from being collected.
      db,
      insert: async ({ group, id, sender, text, sentAt }) =>
        Number(insert.run(group, id, sender, text, sentAt).lastInsertRowid),
      history: async (group, before, limit) => {
        const list = page.all(group, before ?? Number.MAX_SAFE_INTEGER, limit).reverse();
        return { list, more: list.length === limit };
      },
    };
  },

  postgres: async () => {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
    // While the database is killed its connections end; the pool makes new ones.
    pool.on('error', () => {});
    await pool.query(`CREATE TABLE IF NOT EXISTS messages
      (seq BIGSERIAL PRIMARY KEY, grp TEXT NOT NULL, id TEXT NOT NULL, sender TEXT NOT NULL, text TEXT NOT NULL, sent_at BIGINT NOT NULL)`);
    await pool.query('CREATE INDEX IF NOT EXISTS messages_grp ON messages (grp, seq)');
    return {
      insert: async ({ group, id, sender, text, sentAt }) => {
        const { rows } = await pool.query(
          'INSERT INTO messages (grp, id, sender, text, sent_at) VALUES ($1, $2, $3, $4, $5) RETURNING seq',
          [group, id, sender, text, sentAt],
        );
        return Number(rows[0].seq);
      },
      history: async (group, before, limit) => {
        const { rows } = await pool.query(
          'SELECT seq, id, sender, text, sent_at FROM messages WHERE grp = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3',
          [group, before ?? Number.MAX_SAFE_INTEGER, limit],
        );
        return { list: rows.reverse(), more: rows.length === limit };
      },
    };
  },
};

/** `userId.groups.signature`, as small as a token can be. */
function userOf(token) {
  const [userId, groups, signature] = String(token).split('.');
  const expected = createHmac('sha256', SECRET).update(`${userId}.${groups}`).digest();
  const given = Buffer.from(signature ?? '', 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('not signed in');
  return { userId, groups: new Set(groups.split(',')) };
}

const store = await stores[STORE]();
const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });

io.use((socket, next) => {
  try {
    socket.data = userOf(socket.handshake.auth.token);
    next();
  } catch (error) {
    next(error);
  }
});

io.on('connection', (socket) => {
  socket.on('join', (group, done) => {
    if (!socket.data.groups.has(group)) return done({ error: 'not a member' });
    void socket.join(group);
    done({ ok: true });
  });
  socket.on('message', async ({ group, id, text }, done) => {
    if (!socket.rooms.has(group)) return done({ error: 'not a member' });
    const message = { id, group, sender: socket.data.userId, text, sentAt: Date.now() };
    try {
      const seq = await store.insert(message);
      socket.to(group).emit('message', { ...message, seq });
      done({ id, seq });
    } catch {
      done({ error: 'not stored' });
    }
  });
  socket.on('history', async ({ group, before, limit }, done) => {
    if (!socket.rooms.has(group)) return done({ error: 'not a member' });
    done(await store.history(group, before, limit));
  });
});

http.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on ${http.address().port}`));
process.once('SIGTERM', () => process.exit(0));

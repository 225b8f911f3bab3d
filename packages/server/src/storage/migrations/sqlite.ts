/**
 * The schema of the embedded database, as steps that are only ever added to. Instants are milliseconds; `custom` and
 * `origins` are JSON.
 *
 * How unread counts stay one subtraction each, whatever the length of a conversation: every message carries how many
 * messages people (not the system) had said by then (`spoken`), and how many of those were its author's (`nth`). A
 * member keeps both numbers as they were at the read mark, so
 *
 *   unread = (conversation.spoken − member.spoken_read) − (member.sent − member.sent_read)
 *
 * A member who leaves keeps the row: marks must not fall when the member comes back (I23).
 *
 * How old messages go (I17): they are the first ones of their conversation, as time never falls inside it, so what is
 * kept is `min_seq..last_seq`. Only what a repeat is known by stays of them for a while, in `dropped_messages`. What is
 * gone counts as unread for nobody: it raises `spoken_read` and `sent_read` of those who had not read so far.
 */
export const sqliteMigrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE apps (
      app_id TEXT PRIMARY KEY,
      secret_hash TEXT NOT NULL UNIQUE,
      secret_wrapped TEXT NOT NULL,
      origins TEXT NOT NULL
    ) STRICT`,
    `CREATE TABLE users (
      app_id TEXT NOT NULL REFERENCES apps (app_id),
      user_id TEXT NOT NULL,
      name TEXT NOT NULL,
      avatar TEXT NOT NULL,
      remark TEXT NOT NULL,
      urole TEXT NOT NULL,
      PRIMARY KEY (app_id, user_id)
    ) STRICT`,
    `CREATE TABLE sessions (
      session_id TEXT PRIMARY KEY,
      app_id TEXT NOT NULL,
      user_id TEXT NOT NULL,
      only_dlg TEXT,
      refresh_hash TEXT NOT NULL UNIQUE,
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      idle_at INTEGER NOT NULL,
      ended_at INTEGER,
      FOREIGN KEY (app_id, user_id) REFERENCES users (app_id, user_id)
    ) STRICT`,
    `CREATE INDEX sessions_of_user ON sessions (app_id, user_id)`,
    `CREATE INDEX sessions_by_end ON sessions (expires_at)`,
    `CREATE TABLE spent_refreshes (
      refresh_hash TEXT PRIMARY KEY,
      session_id TEXT NOT NULL REFERENCES sessions (session_id) ON DELETE CASCADE
    ) STRICT`,
    `CREATE INDEX spent_refreshes_of_session ON spent_refreshes (session_id)`,
    `CREATE TABLE used_tickets (
      app_id TEXT NOT NULL,
      jti TEXT NOT NULL,
      expires_at INTEGER NOT NULL,
      PRIMARY KEY (app_id, jti)
    ) STRICT`,
    `CREATE INDEX used_tickets_by_end ON used_tickets (expires_at)`,
    `CREATE TABLE conversations (
      id INTEGER PRIMARY KEY,
      app_id TEXT NOT NULL REFERENCES apps (app_id),
      dlg_id TEXT NOT NULL,
      name TEXT NOT NULL,
      custom TEXT,
      epoch INTEGER NOT NULL,
      last_seq INTEGER NOT NULL,
      spoken INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      UNIQUE (app_id, dlg_id)
    ) STRICT`,
    `CREATE TABLE conversation_keys (
      conversation INTEGER NOT NULL REFERENCES conversations (id),
      epoch INTEGER NOT NULL,
      wrapped TEXT NOT NULL,
      PRIMARY KEY (conversation, epoch)
    ) STRICT`,
    `CREATE TABLE members (
      conversation INTEGER NOT NULL REFERENCES conversations (id),
      app_id TEXT NOT NULL,
      user_id TEXT NOT NULL,
      urole TEXT,
      position INTEGER NOT NULL,
      left_at INTEGER,
      read_seq INTEGER NOT NULL DEFAULT 0,
      delivered_seq INTEGER NOT NULL DEFAULT 0,
      spoken_read INTEGER NOT NULL DEFAULT 0,
      sent INTEGER NOT NULL DEFAULT 0,
      sent_read INTEGER NOT NULL DEFAULT 0,
      last_sent_seq INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (conversation, user_id),
      FOREIGN KEY (app_id, user_id) REFERENCES users (app_id, user_id)
    ) STRICT`,
    `CREATE INDEX members_of_user ON members (app_id, user_id, conversation) WHERE left_at IS NULL`,
    `CREATE TABLE messages (
      conversation INTEGER NOT NULL REFERENCES conversations (id),
      seq INTEGER NOT NULL,
      msg_id TEXT NOT NULL,
      client_msg_id TEXT NOT NULL,
      fromuid TEXT NOT NULL,
      content TEXT NOT NULL,
      sent_at INTEGER NOT NULL,
      spoken INTEGER NOT NULL,
      nth INTEGER NOT NULL,
      recalled_at INTEGER,
      recalled_hash TEXT,
      PRIMARY KEY (conversation, seq),
      UNIQUE (conversation, fromuid, client_msg_id)
    ) STRICT`,
    `CREATE TABLE files (
      file_id TEXT PRIMARY KEY,
      conversation INTEGER NOT NULL REFERENCES conversations (id),
      uploader_id TEXT NOT NULL,
      meta_sealed TEXT NOT NULL,
      key_wrapped TEXT NOT NULL,
      size INTEGER NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT`,
  ],
  [
    // One row. Another id, another life of the log: see sqlite/highWater.ts.
    `CREATE TABLE log_identity (log_id TEXT NOT NULL) STRICT`,
    `INSERT INTO log_identity (log_id) VALUES (lower(hex(randomblob(8))))`,
    `ALTER TABLE conversations ADD COLUMN log_epoch TEXT NOT NULL DEFAULT '0'`,
    `UPDATE conversations SET log_epoch = lower(hex(randomblob(8)))`,
    `ALTER TABLE conversations ADD COLUMN min_seq INTEGER NOT NULL DEFAULT 1`,
    // When the message at min_seq was stored; null when none is kept.
    `ALTER TABLE conversations ADD COLUMN oldest_at INTEGER`,
    `UPDATE conversations SET oldest_at = (SELECT sent_at FROM messages WHERE conversation = id AND seq = 1)`,
    `CREATE INDEX conversations_by_oldest ON conversations (oldest_at) WHERE oldest_at IS NOT NULL`,
    // `spoken` of the last message that was dropped.
    `ALTER TABLE conversations ADD COLUMN spoken_dropped INTEGER NOT NULL DEFAULT 0`,
    `CREATE TABLE dropped_messages (
      conversation INTEGER NOT NULL REFERENCES conversations (id),
      fromuid TEXT NOT NULL,
      client_msg_id TEXT NOT NULL,
      seq INTEGER NOT NULL,
      msg_id TEXT NOT NULL,
      sent_at INTEGER NOT NULL,
      content_hash TEXT NOT NULL,
      dropped_at INTEGER NOT NULL,
      PRIMARY KEY (conversation, fromuid, client_msg_id)
    ) STRICT, WITHOUT ROWID`,
    `CREATE INDEX dropped_messages_by_time ON dropped_messages (dropped_at)`,
    `CREATE INDEX files_by_time ON files (created_at)`,
    `CREATE TABLE fences (
      app_id TEXT NOT NULL,
      user_id TEXT NOT NULL,
      sid TEXT NOT NULL,
      fence INTEGER NOT NULL,
      raised_at INTEGER NOT NULL,
      PRIMARY KEY (app_id, user_id, sid)
    ) STRICT, WITHOUT ROWID`,
    `CREATE INDEX fences_by_time ON fences (raised_at)`,
  ],
  [
    // The conversation that this one holds customer service's notes about.
    `ALTER TABLE conversations ADD COLUMN lane_of INTEGER REFERENCES conversations (id)`,
    `CREATE UNIQUE INDEX lanes ON conversations (lane_of) WHERE lane_of IS NOT NULL`,
    // Where it stands for the desk: see desk/turns.ts. Lists of what there is little of have an index of their own.
    `ALTER TABLE conversations ADD COLUMN desk_status TEXT NOT NULL DEFAULT 'open'`,
    `ALTER TABLE conversations ADD COLUMN assignee TEXT`,
    `ALTER TABLE conversations ADD COLUMN called_at INTEGER`,
    `ALTER TABLE conversations ADD COLUMN waiting_user INTEGER`,
    `ALTER TABLE conversations ADD COLUMN waiting_merchant INTEGER`,
    `CREATE INDEX conversations_called ON conversations (app_id, called_at)
      WHERE called_at IS NOT NULL AND assignee IS NULL`,
    `CREATE INDEX conversations_assigned ON conversations (app_id, assignee)
      WHERE assignee IS NOT NULL AND desk_status <> 'closed'`,
    `CREATE INDEX conversations_waiting ON conversations (app_id)
      WHERE waiting_user IS NOT NULL OR waiting_merchant IS NOT NULL`,
    // A user's conversations are found, and counted, without the notes about them.
    `ALTER TABLE members ADD COLUMN in_lane INTEGER NOT NULL DEFAULT 0`,
    `DROP INDEX members_of_user`,
    `CREATE INDEX members_of_user ON members (app_id, user_id, conversation) WHERE left_at IS NULL AND in_lane = 0`,
    // What the platform says of a user for the desk, sealed.
    `CREATE TABLE user_customs (
      app_id TEXT NOT NULL,
      user_id TEXT NOT NULL,
      sealed TEXT NOT NULL,
      PRIMARY KEY (app_id, user_id),
      FOREIGN KEY (app_id, user_id) REFERENCES users (app_id, user_id)
    ) STRICT, WITHOUT ROWID`,
    // Of the whole app where the owner is empty.
    `CREATE TABLE canned_replies (
      app_id TEXT NOT NULL REFERENCES apps (app_id),
      owner_id TEXT NOT NULL,
      reply_id TEXT NOT NULL,
      sealed TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      PRIMARY KEY (app_id, owner_id, reply_id)
    ) STRICT`,
  ],
  [
    // What an app has settled about its customer service, sealed.
    `CREATE TABLE app_settings (
      app_id TEXT PRIMARY KEY REFERENCES apps (app_id),
      sealed TEXT NOT NULL
    ) STRICT`,
    // What the server has said in this session of the desk: see desk/turns.ts. Nobody is greeted in the middle of a talk.
    `ALTER TABLE conversations ADD COLUMN greeted INTEGER NOT NULL DEFAULT 0`,
    `ALTER TABLE conversations ADD COLUMN form_given INTEGER NOT NULL DEFAULT 0`,
    `UPDATE conversations SET greeted = 1 WHERE last_seq > 0`,
  ],
  [
    // The secret before the present one, while both count.
    `ALTER TABLE apps ADD COLUMN older_hash TEXT`,
    `ALTER TABLE apps ADD COLUMN older_wrapped TEXT`,
    `CREATE UNIQUE INDEX apps_by_older_hash ON apps (older_hash) WHERE older_hash IS NOT NULL`,
  ],
  [
    // 1 from when it is destroyed until the last of its rows is gone: see shred.ts.
    `ALTER TABLE conversations ADD COLUMN is_shredded INTEGER NOT NULL DEFAULT 0`,
    `CREATE INDEX conversations_shredded ON conversations (id) WHERE is_shredded = 1`,
    `CREATE INDEX files_of_conversation ON files (conversation)`,
    // Messages of conversations that are no more: see sqlite/highWater.ts.
    `ALTER TABLE log_identity ADD COLUMN shredded INTEGER NOT NULL DEFAULT 0`,
  ],
  [
    // A member who may not write before; may be over.
    `ALTER TABLE members ADD COLUMN muted_until INTEGER`,
    // What is old in one app is found without a look at the others.
    `ALTER TABLE files ADD COLUMN app_id TEXT`,
    `UPDATE files SET app_id = (SELECT c.app_id FROM conversations c WHERE c.id = files.conversation)`,
    `CREATE INDEX files_of_app ON files (app_id, created_at)`,
    `CREATE INDEX conversations_of_app_by_oldest ON conversations (app_id, oldest_at) WHERE oldest_at IS NOT NULL`,
    // What members have reported: the words and the evidence sealed.
    `CREATE TABLE reports (
      report_id TEXT PRIMARY KEY,
      app_id TEXT NOT NULL REFERENCES apps (app_id),
      conversation INTEGER NOT NULL REFERENCES conversations (id),
      seq INTEGER NOT NULL,
      reporter_id TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      sealed TEXT NOT NULL,
      resolved_at INTEGER,
      UNIQUE (conversation, seq, reporter_id)
    ) STRICT`,
    `CREATE INDEX reports_of_app ON reports (app_id, created_at)`,
    `CREATE INDEX reports_open ON reports (app_id, created_at) WHERE resolved_at IS NULL`,
    // Who opened keys, and why: lines that hold on to one another, and the newest of them sealed (access/audit.ts).
    `CREATE TABLE audit_log (
      app_id TEXT NOT NULL REFERENCES apps (app_id),
      nr INTEGER NOT NULL,
      at INTEGER NOT NULL,
      actor TEXT NOT NULL,
      action TEXT NOT NULL,
      subject TEXT NOT NULL,
      reason TEXT NOT NULL,
      hash TEXT NOT NULL,
      PRIMARY KEY (app_id, nr)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE audit_heads (
      app_id TEXT PRIMARY KEY REFERENCES apps (app_id),
      nr INTEGER NOT NULL,
      sealed TEXT NOT NULL
    ) STRICT, WITHOUT ROWID`,
  ],
];

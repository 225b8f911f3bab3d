import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '@trialogue/testkit/servers';

import { now } from '../clock.ts';
import { HOST, ROOMS } from '../generator/dialects/xmpp.ts';
import { seatsOf } from '../seats.ts';
import { startProgram, type Started } from './program.ts';
import type { Side } from './side.ts';

/** Neither wants to be root, and one will only be its own user. */
function idsOf(user: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((which) => Number(spawnSync('id', [which, user]).stdout.toString()));
  return uid !== undefined && gid !== undefined && uid > 0 ? { uid, gid } : {};
}

interface Server {
  user: string;
  origin: string;
  ready: RegExp;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** A server of Debian in a folder of its own, with rooms and their archive, where everybody may sign in as anybody. */
const side = (
  known: Pick<Side, 'id' | 'name' | 'keeps' | 'dialect' | 'runs' | 'lacks'>,
  configure: (folder: string, port: number) => Server,
): Side => ({
  ...known,
  async start() {
    const folder = mkdtempSync(join(tmpdir(), 'trialogue-bench-'));
    const server = configure(folder, await freePort());
    const as = idsOf(server.user);
    own(folder, as);
    const start = () =>
      startProgram(server.command, server.args, { env: server.env, cwd: folder, ready: server.ready, as });
    const cleanUp = () => rmSync(folder, { recursive: true, force: true });
    let started: Started = await start().catch((error: unknown) => {
      cleanUp();
      throw error;
    });
    return {
      origin: server.origin,
      seat: async (plan) =>
        seatsOf(
          plan,
          (group) => `room-${group}`,
          () => '',
        ),
      async crash() {
        await started.kill();
        const at = now();
        started = await start();
        return (now() - at) / 1000;
      },
      died: () => started.died(),
      async stop() {
        await started.stop();
        cleanUp();
      },
    };
  },
});

function own(folder: string, { uid, gid }: ReturnType<typeof idsOf>): void {
  if (uid === undefined || gid === undefined) return;
  chownSync(folder, uid, gid);
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    chownSync(join(entry.parentPath, entry.name), uid, gid);
  }
}

const PROSODY = '/usr/bin/prosody';
const EJABBERD = '/usr/sbin/ejabberdctl';

const prosody = (folder: string, port: number): Server => {
  mkdirSync(join(folder, 'data'));
  writeFileSync(
    join(folder, 'prosody.cfg.lua'),
    `
data_path = "${folder}/data"
pidfile = "${folder}/prosody.pid"
log = { { levels = { min = "info" }, to = "console" } }
modules_enabled = { "saslauth", "disco", "websocket", "smacks" }
modules_disabled = { "s2s", "tls", "posix", "offline" }
c2s_ports = {}
s2s_ports = {}
https_ports = {}
http_ports = { ${port} }
http_interfaces = { "127.0.0.1" }
http_default_host = "${HOST}"
cross_domain_websocket = true
consider_websocket_secure = true
c2s_require_encryption = false
network_settings = { backend = "epoll", read_size = 65536 }
storage = "internal"
VirtualHost "${HOST}"
  authentication = "anonymous"
  allow_anonymous_s2s = false
Component "${ROOMS}" "muc"
  modules_enabled = { "muc_mam" }
  restrict_room_creation = false
  muc_room_default_persistent = true
  muc_room_locking = false
  muc_log_by_default = true
  muc_log_all_rooms = true
  muc_room_default_history_length = 0
  max_archive_query_results = 200
`,
  );
  return {
    user: 'nobody',
    origin: `ws://127.0.0.1:${port}`,
    // Any port it listens on is ours.
    ready: /Activated service 'http' on|Serving 'websocket' at/,
    command: PROSODY,
    args: ['-F', '--config', join(folder, 'prosody.cfg.lua')],
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', HOME: folder },
  };
};

const ejabberd = (folder: string, port: number): Server => {
  for (const name of ['spool', 'logs']) mkdirSync(join(folder, name));
  writeFileSync(
    join(folder, 'ejabberd.yml'),
    `
hosts: ["${HOST}"]
loglevel: info
auth_method: anonymous
anonymous_protocol: both
allow_multiple_connections: true
disable_sasl_mechanisms: ["digest-md5", "X-OAUTH2", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"]
listen:
  - port: ${port}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers:
      /ws: ejabberd_http_ws
shaper_rules:
  max_user_sessions: 100000
modules:
  mod_disco: {}
  mod_mam:
    default: never
    db_type: mnesia
    request_activates_archiving: false
    clear_archive_on_room_destroy: false
  mod_muc:
    host: "${ROOMS}"
    access: all
    access_create: all
    access_persistent: all
    access_mam: all
    history_size: 0
    max_users: 5000
    default_room_options:
      mam: true
      persistent: true
      max_users: 5000
`,
  );
  writeFileSync(join(folder, 'ejabberdctl.cfg'), `ERL_DIST_PORT=${port + 1}\nINET_DIST_INTERFACE=127.0.0.1\n`);
  return {
    user: 'ejabberd',
    origin: `ws://127.0.0.1:${port}`,
    ready: /Start accepting TCP connections at 127\.0\.0\.1:\d+ for ejabberd_http/,
    command: EJABBERD,
    args: [
      ...['--config', join(folder, 'ejabberd.yml'), '--ctl-config', join(folder, 'ejabberdctl.cfg')],
      ...['--logs', join(folder, 'logs'), '--spool', join(folder, 'spool'), 'foreground'],
    ],
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', HOME: folder },
  };
};

const debianLacks = (program: string, what: string) => () =>
  existsSync(program) ? undefined : `not installed (Debian: ${what})`;

export const xmppServers: readonly Side[] = [
  side(
    {
      id: 'prosody',
      name: 'Prosody',
      keeps: 'archive in files, no fsync',
      dialect: 'prosody',
      // Joining a thousand into one room takes minutes.
      runs: ['S3', 'S1', 'S5', 'S6'],
      lacks: debianLacks(PROSODY, 'prosody'),
    },
    prosody,
  ),
  side(
    {
      id: 'ejabberd',
      name: 'ejabberd',
      keeps: 'archive in Mnesia, no fsync',
      dialect: 'ejabberd',
      runs: ['S3', 'S1', 'S2', 'S6'],
      lacks: debianLacks(EJABBERD, 'ejabberd'),
    },
    ejabberd,
  ),
];

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { closeCodes, limits } from '@trialogue/protocol';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

import { createMetrics } from './metrics.ts';

/**
 * The files of `deploy/` against the server: what they name is there, what belongs together is the same. nginx is held
 * by stories/nginx.test.ts, with a real one.
 */
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** As files of others are: whatever stands there. What a test asks for and is not there fails it. */
// oxlint-disable-next-line typescript/no-explicit-any
type Json = { [name: string]: any };

function documentsOf(path: string): Json[] {
  return parseAllDocuments(read(path), { merge: true }).map((document) => {
    if (document.errors.length > 0) throw new Error(`${path}: ${document.errors.join('; ')}`);
    return document.toJS({ maxAliasCount: 100 }) as Json;
  });
}

const kubernetes = readdirSync(join(root, 'deploy/kubernetes'))
  .filter((file) => file !== 'kustomization.yaml')
  .flatMap((file) => documentsOf(`deploy/kubernetes/${file}`));
const kind = (name: string): Json => {
  const found = kubernetes.filter((one) => one['kind'] === name);
  expect(found, name).toHaveLength(1);
  return found[0] as Json;
};
const [compose = {}] = documentsOf('deploy/compose.yaml');
const nodes: Json[] = Object.entries(compose['services'] as Json)
  .filter(([name]) => name.startsWith('node'))
  .map(([, service]) => service as Json);
const container: Json = kind('Deployment')['spec'].template.spec.containers[0];

/** Settings of README's table. */
const settings = new Set(
  read('README.md')
    .split('\n')
    .filter((line) => /^\| `[A-Z_]+`/.test(line))
    .flatMap((line) => line.match(/`[A-Z][A-Z_]+[A-Z]`/g) ?? [])
    .map((name) => name.slice(1, -1)),
);
/** Settings that the sources ask for. */
const asked = new Set(
  ['config.ts', 'files/s3/place.ts', 'access/masterKeySource.ts']
    .map((file) => read(`packages/server/src/${file}`))
    .flatMap((text) => [...text.matchAll(/(?:given|whole|credential|env\[)\(?'([A-Z][A-Z_]+)'/g)])
    .map(([, name = '']) => name),
);
const SEVERAL_NODES = [
  'PUBLIC_URL',
  'DATABASE_URL',
  'NATS_URL',
  'APP_ID',
  'APP_SECRET',
  'MASTER_KEY',
  'TRUSTED_PROXIES',
];

const envFile = (path: string) =>
  read(path)
    .split('\n')
    .flatMap((line) => /^#?([A-Z_]+)=/.exec(line)?.[1] ?? []);
const kubernetesEnv = () => [
  ...Object.keys(kind('ConfigMap')['data'] as Json),
  ...(container['env'] as Json[]).map(({ name }) => String(name)),
];
const imageEnv = () =>
  read('deploy/Dockerfile')
    .split('\n')
    .filter((line) => line.startsWith('ENV '))
    .flatMap((line) => [...line.matchAll(/([A-Z_]+)=/g)].map(([, name = '']) => name));

describe('settings', () => {
  test("README's table has every setting that the sources ask for", () => {
    expect(asked.size).toBeGreaterThan(15);
    expect([...asked].filter((name) => !settings.has(name))).toEqual([]);
  });

  test.for<[string, () => string[]]>([
    ['compose.yaml', () => nodes.flatMap(({ environment }) => Object.keys(environment as Json))],
    ['kubernetes', kubernetesEnv],
    ['the unit', () => [...envFile('deploy/systemd/trialogue.env.example'), 'DATA_DIR']],
    ['the image', () => imageEnv().filter((name) => name !== 'NODE_ENV')],
  ])('%s names no setting that there is not', ([, names]) => {
    expect(names().filter((name) => !settings.has(name))).toEqual([]);
  });

  test('several nodes are given all that they need, in compose and in kubernetes', () => {
    expect(nodes).toHaveLength(2);
    for (const { environment } of nodes) {
      expect(Object.keys(environment as Json)).toEqual(expect.arrayContaining(SEVERAL_NODES));
    }
    expect(kubernetesEnv()).toEqual(
      expect.arrayContaining([...SEVERAL_NODES, 'FILES_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']),
    );
  });

  test('no secret stands in a file', () => {
    const secret = /^(APP_SECRET|MASTER_KEY|DATABASE_URL|NATS_URL|AWS_.*|.*PASSWORD)$/;
    for (const one of container['env'] as Json[]) {
      expect(one['valueFrom']?.secretKeyRef, one['name']).toMatchObject({ name: 'trialogue', key: one['name'] });
    }
    expect(Object.keys(kind('ConfigMap')['data'] as Json).filter((name) => secret.test(name))).toEqual([]);
    for (const { environment } of nodes) {
      for (const [name, value] of Object.entries(environment as Json)) {
        if (secret.test(name)) expect(String(value), name).toContain('${');
      }
    }
    for (const file of ['deploy/.env.example', 'deploy/systemd/trialogue.env.example']) {
      for (const line of read(file).split('\n')) {
        const [name = '', value = ''] = line.split('=', 2);
        if (/^(APP_SECRET|MASTER_KEY|.*PASSWORD|AWS_SECRET.*)$/.test(name)) expect(value, `${file}: ${name}`).toBe('');
      }
    }
  });

  test('compose asks for what it cannot do without, and .env.example has all of it', () => {
    const used = [...read('deploy/compose.yaml').matchAll(/\$\{([A-Z_]+)(:[?-])/g)];
    const must = used.filter(([, , how]) => how === ':?').map(([, name = '']) => name);
    expect(new Set(must)).toEqual(
      new Set(['PUBLIC_URL', 'POSTGRES_PASSWORD', 'NATS_PASSWORD', 'APP_ID', 'APP_SECRET', 'MASTER_KEY']),
    );
    expect(envFile('deploy/.env.example')).toEqual(expect.arrayContaining(must));
  });
});

describe('the image', () => {
  const lines = read('deploy/Dockerfile').split('\n');
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));

  test('runs as nobody in particular, ends when it is told to, and says how it is', () => {
    expect(last).toContain('USER 1000:1000');
    expect(last).toContain('STOPSIGNAL SIGTERM');
    expect(last.find((line) => line.startsWith('ENTRYPOINT'))).toMatch(
      /^ENTRYPOINT \["node", .*"packages\/server\/dist\/main\.js"\]$/,
    );
    const check = /^ {2}CMD (.*)$/m.exec(read('deploy/Dockerfile'))?.[1] ?? '';
    const [node, option, program] = JSON.parse(check) as string[];
    expect([node, option]).toEqual(['node', '-e']);
    // The program can be read, and does say that nobody is there.
    const env = { ...process.env, PORT: '9' };
    expect(spawnSync(process.execPath, ['-e', program ?? ''], { env }).status).toBe(1);
  });

  test('has what the server looks for, in the folders where it looks', () => {
    const main = read('packages/server/src/node.ts');
    for (const folder of ['apps/web/dist', 'packages/sdk/dist']) {
      expect(main).toContain(`built('${folder}')`);
      expect(last.some((line) => line.endsWith(`/src/${folder} ${folder}`))).toBe(true);
    }
    expect(last.some((line) => line.includes('/src/packages/server/package.json packages/server/'))).toBe(true);
    // Packages of ours that the server needs are built into it; npm still wants to know of them.
    const { dependencies } = JSON.parse(read('packages/server/package.json')) as { dependencies: Json };
    for (const name of Object.keys(dependencies).filter((each) => each.startsWith('@trialogue/'))) {
      expect(read('deploy/Dockerfile')).toContain(`/packages/${name.split('/')[1]}/package.json`);
    }
  });

  test('is no older than what the project runs on', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    const least = Number(/\d+/.exec(engines.node)?.[0]);
    for (const line of lines.filter((each) => each.startsWith('FROM '))) {
      expect(Number(/^FROM node:(\d+)-/.exec(line)?.[1])).toBeGreaterThanOrEqual(least);
    }
  });
});

describe('what belongs together', () => {
  const nginx = read('deploy/nginx/nginx.conf');
  const port = Number(/PORT=(\d+)/.exec(read('deploy/Dockerfile'))?.[1]);
  /** A node may take so long to go (main.ts). */
  const drainMs = Number(
    /LONGEST_DRAIN_MS = ([\d_]+)/.exec(read('packages/server/src/main.ts'))?.[1]?.replace('_', ''),
  );

  test('ports', () => {
    expect(port).toBe(8080);
    expect(read('deploy/Dockerfile')).toContain(`EXPOSE ${port}\n`);
    expect(kind('ConfigMap')['data'].PORT).toBe(String(port));
    expect(container['ports']).toEqual([{ name: 'http', containerPort: port }]);
    expect(kind('Service')['spec'].ports).toEqual([{ name: 'http', port: 80, targetPort: 'http' }]);
    expect(kind('NetworkPolicy')['spec'].ingress[0].ports).toEqual([{ protocol: 'TCP', port }]);
    const upstreams = [...nginx.matchAll(/^ *server (\S+):(\d+) max_fails/gm)];
    expect(upstreams.map(([, name]) => name)).toEqual(
      Object.keys(compose['services'] as Json).filter((name) => name.startsWith('node')),
    );
    expect(upstreams.every(([, , at]) => Number(at) === port)).toBe(true);
    const listen = /listen (\d+)/.exec(nginx)?.[1];
    expect(compose['services'].nginx.ports).toEqual([`8080:${listen}`]);
  });

  test('every proxy before a node is counted, and no more', () => {
    expect(nginx).toContain('proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;');
    for (const { environment } of nodes) expect(environment.TRUSTED_PROXIES).toBe('1');
    expect(kind('ConfigMap')['data'].TRUSTED_PROXIES).toBe('1');
  });

  test('a file of the largest size passes, and a socket outlives the silence between two pings', () => {
    const most = Number(/client_max_body_size (\d+)m/.exec(nginx)?.[1]) * 1024 * 1024;
    expect(most).toBeGreaterThan(limits.fileBytes + 1024 * 1024);
    expect(kind('Ingress')['metadata'].annotations['nginx.ingress.kubernetes.io/proxy-body-size']).toBe(
      `${most / 1024 / 1024}m`,
    );
    const silence = [
      /proxy_read_timeout (\d+)s/.exec(nginx)?.[1],
      kind('Ingress')['metadata'].annotations['nginx.ingress.kubernetes.io/proxy-read-timeout'],
    ];
    for (const seconds of silence)
      expect(Number(seconds) * 1000).toBeGreaterThan(limits.pingMs + limits.pongMs + 30_000);
  });

  test('nobody is killed in the middle of a goodbye', () => {
    const seconds = (text: string) => Number(/^(\d+)s$/.exec(text)?.[1]);
    expect(drainMs).toBeGreaterThan(0);
    for (const { stop_grace_period } of nodes) expect(seconds(stop_grace_period) * 1000).toBeGreaterThan(drainMs);
    const unit = /TimeoutStopSec=(\d+s)/.exec(read('deploy/systemd/trialogue.service'))?.[1] ?? '';
    expect(seconds(unit) * 1000).toBeGreaterThan(drainMs);
    const pod = kind('Deployment')['spec'].template.spec;
    const preStop = Number(container['lifecycle'].preStop.exec.command[1]);
    expect((pod.terminationGracePeriodSeconds - preStop) * 1000).toBeGreaterThan(drainMs);
  });

  test('each system may be read-only but for what is written to', () => {
    for (const { read_only, volumes, cap_drop } of nodes) {
      expect({ read_only, cap_drop }).toEqual({ read_only: true, cap_drop: ['ALL'] });
      expect(volumes).toEqual(['data:/data']);
    }
    expect(container['securityContext']).toMatchObject({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
    expect(container['volumeMounts']).toEqual([{ name: 'data', mountPath: kind('ConfigMap')['data'].DATA_DIR }]);
  });
});

describe('kubernetes', () => {
  const wanted: Json = { Namespace: 'v1', ConfigMap: 'v1', ServiceAccount: 'v1', Service: 'v1', Deployment: 'apps/v1' };
  Object.assign(wanted, {
    Ingress: 'networking.k8s.io/v1',
    NetworkPolicy: 'networking.k8s.io/v1',
    PodDisruptionBudget: 'policy/v1',
    HorizontalPodAutoscaler: 'autoscaling/v2',
  });

  test('has each part once, all in the list', () => {
    expect(Object.fromEntries(kubernetes.map((one) => [one['kind'], one['apiVersion']]))).toEqual(wanted);
    const [list = {}] = documentsOf('deploy/kubernetes/kustomization.yaml');
    const files = readdirSync(join(root, 'deploy/kubernetes')).filter((file) => file !== 'kustomization.yaml');
    expect(new Set(list['resources'])).toEqual(new Set(files));
    expect(list['images'][0].name).toBe(container['image']);
  });

  test('who chooses pods chooses ours, and who is named is there', () => {
    const { labels } = kind('Deployment')['spec'].template.metadata;
    const chosen = [
      kind('Deployment')['spec'].selector.matchLabels,
      kind('Service')['spec'].selector,
      kind('PodDisruptionBudget')['spec'].selector.matchLabels,
      kind('NetworkPolicy')['spec'].podSelector.matchLabels,
      ...kind('Deployment')['spec'].template.spec.topologySpreadConstraints.map(
        (one: Json) => one['labelSelector'].matchLabels,
      ),
    ];
    for (const each of chosen) expect(labels).toMatchObject(each);
    expect(kind('HorizontalPodAutoscaler')['spec'].scaleTargetRef).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: kind('Deployment')['metadata'].name,
    });
    expect(kind('Deployment')['spec']).not.toHaveProperty('replicas');
    expect(container['envFrom']).toEqual([{ configMapRef: { name: kind('ConfigMap')['metadata'].name } }]);
    expect(kind('Deployment')['spec'].template.spec.serviceAccountName).toBe(kind('ServiceAccount')['metadata'].name);
  });

  test('probes ask what the server serves, and a node without its database is not ready but alive', () => {
    const health = read('packages/server/src/http/health.ts');
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      expect(health).toContain(`app.get('${container[probe].httpGet.path}'`);
      expect(container[probe].httpGet.port).toBe('http');
    }
    expect(container['livenessProbe'].httpGet.path).toBe('/healthz');
    expect(container['readinessProbe'].httpGet.path).toBe('/readyz');
  });

  test('the ingress lets in what people need, and not what machines ask', () => {
    const paths: Json[] = kind('Ingress')['spec'].rules[0].http.paths;
    const isLetIn = (path: string) =>
      paths.some((one) =>
        one['pathType'] === 'Exact' ? path === one['path'] : path === one['path'] || path.startsWith(`${one['path']}/`),
      );
    const pages = [...read('packages/server/src/http/pages.ts').matchAll(/\{ path: '([^']+)', isDemo: false/g)];
    expect(pages.length).toBeGreaterThan(2);
    const files = ['/assets/index.js', '/sdk/im-sdk.min.js', '/embed.js', '/favicon.ico', '/openapi.json'];
    const open = ['/api/v1/session', '/platform/v1/groups', '/ws', ...files, ...pages.map(([, path = '']) => path)];
    expect(open.filter((path) => !isLetIn(path))).toEqual([]);
    expect(['/metrics', '/healthz', '/readyz', '/'].filter(isLetIn)).toEqual([]);
    for (const { backend } of paths) {
      expect(backend).toEqual({ service: { name: kind('Service')['metadata'].name, port: { name: 'http' } } });
    }
  });
});

describe('watching', () => {
  /** All that a node can say of itself, each with what Prometheus adds to its name. */
  async function metricsThere(): Promise<Map<string, string>> {
    const metrics = createMetrics();
    metrics.watchBus(() => true);
    metrics.watchFiles(() => true);
    const { text } = await metrics.print();
    const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
    const all = new Map([['up', 'gauge']]);
    for (const [name, type] of types) {
      if (type === 'histogram') for (const end of ['_bucket', '_sum', '_count']) all.set(name + end, type);
      else all.set(name, type);
    }
    return all;
  }

  const names = (expr: string) => [
    ...new Set(
      expr
        .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
        .replaceAll(/\b(?:by|without) ?\([^)]*\)/g, ' ')
        .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, ' ')
        .match(/\b[a-z_][a-z0-9_]*\b(?! *\()/g) ?? [],
    ),
  ];

  const alerts: Json[] = documentsOf('deploy/prometheus/alerts.yaml')[0]?.['groups'].flatMap(
    (one: Json) => one['rules'],
  );
  const dashboard = JSON.parse(read('deploy/grafana/trialogue.json')) as Json;
  const queries: string[] = (dashboard['panels'] as Json[]).flatMap(({ targets = [] }) =>
    (targets as Json[]).map(({ expr }) => String(expr)),
  );

  test('every metric that an alert or the dashboard asks for is one that a node has', async () => {
    const there = await metricsThere();
    const unknown = [...alerts.map(({ expr }) => String(expr)), ...queries].flatMap((expr) =>
      names(expr)
        .filter((name) => !there.has(name))
        .map((name) => `${name} in ${expr}`),
    );
    expect(unknown).toEqual([]);
    expect(queries.length).toBeGreaterThan(20);
  });

  test('and every one of ours is on the dashboard', async () => {
    const shown = new Set(queries.flatMap(names).map((name) => name.replace(/_(bucket|sum|count)$/, '')));
    const ours = [...(await metricsThere()).keys()].map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    expect([...new Set(ours)].filter((name) => name.startsWith('trialogue_') && !shown.has(name))).toEqual([]);
  });

  test('counters are asked how fast they grow, and quantiles come out of buckets', async () => {
    const there = await metricsThere();
    for (const expr of [...alerts.map((one) => String(one['expr'])), ...queries]) {
      for (const name of names(expr).filter((each) => there.get(each) === 'counter')) {
        expect(expr, name).toMatch(new RegExp(`(rate|increase)\\(${name}[{\\[]`));
      }
      if (expr.includes('histogram_quantile')) expect(expr).toMatch(/sum by \(le[,)].*_bucket/);
    }
  });

  test('a reason that an alert names is one of ours', () => {
    for (const { expr } of alerts) {
      const reason = /reason="([^"]+)"/.exec(String(expr))?.[1];
      if (reason !== undefined) expect(Object.keys(closeCodes)).toContain(reason);
    }
  });

  test('every alert says how bad it is, what it is and where to look', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
    for (const { alert, labels, annotations } of alerts) {
      expect(labels.severity, alert).toMatch(/^(critical|warning)$/);
      expect(annotations, alert).toEqual({ summary: expect.any(String), description: expect.any(String) });
    }
  });

  test('no two panels of the dashboard lie on each other', () => {
    const at: Json[] = (dashboard['panels'] as Json[]).map(({ gridPos }) => gridPos as Json);
    const taken = new Set<string>();
    for (const { x, y, w, h } of at) {
      expect(x + w).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          expect(taken.has(`${column},${line}`)).toBe(false);
          taken.add(`${column},${line}`);
        }
      }
    }
  });
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

describe.skipIf(!hasSystemd)('the unit, as systemd reads it (skipped where there is no systemd-analyze)', () => {
  /** With programs and folders that are here. */
  function unitHere(): { folder: string; file: string } {
    const folder = mkdtempSync(join(tmpdir(), 'trialogue-unit-'));
    const file = join(folder, 'trialogue.service');
    writeFileSync(file, read('deploy/systemd/trialogue.service').replace('/usr/bin/node', process.execPath));
    return { folder, file };
  }

  test('nothing in it is unknown or wrong', () => {
    const { folder, file } = unitHere();
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(stderr.split('\n').filter((line) => line.includes('trialogue.service'))).toEqual([]);
    expect(status).toBe(0);
  });

  test('it may do little', () => {
    const { folder, file } = unitHere();
    const args = ['security', '--offline=true', '--no-pager', file];
    const said = execFileSync('systemd-analyze', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    rmSync(folder, { recursive: true });
    const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(said)?.[1]);
    expect(exposure).toBeLessThanOrEqual(1.4);
  });
});

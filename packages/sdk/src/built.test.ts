import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';

import { open, printKeyring, seal } from '@trialogue/crypto';
import {
  clientFrame,
  id,
  schemaOf,
  serverFrame,
  type Message,
  type MsgId,
  type ServerFrame,
  type SessionId,
  type UserId,
} from '@trialogue/protocol';
import { rolldown } from 'rolldown';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

import type { Im, ImConfig, ImSocket } from './index.ts';

const out = mkdtempSync(join(tmpdir(), 'im-sdk-'));
const file = join(out, 'im-sdk.min.js');
const require = createRequire(import.meta.url);

interface Loaded {
  new (): { decrypt: unknown; socket: { getState(): boolean } };
  default: Loaded;
  Im: Loaded;
}

/** Whether it is the class, and works. */
function expectIm(Im: Loaded): void {
  const app = new Im();
  expect(app.socket.getState()).toBe(false);
  expect(app.decrypt).toBeTypeOf('function');
  expect(Im.name).toBe('Im');
}

beforeAll(async () => {
  const script = fileURLToPath(new URL('../build.mjs', import.meta.url));
  await promisify(execFile)(process.execPath, [script, '--out', out]);
  writeFileSync(join(out, 'app.mjs'), `import Im from './im-sdk.min.js';\nexport default Im;\n`);
}, 180_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

describe('im-sdk.min.js gives the class to', () => {
  test('require(…).default, and require(…) itself', () => {
    const loaded = require(file) as Loaded;
    expectIm(loaded.default);
    expect(loaded.default).toBe(loaded);
    expect(loaded.Im).toBe(loaded);
    expect(Object.keys(loaded)).toEqual([]);
  });

  test('import Im from …, in Node', async () => {
    const loaded = (await import(pathToFileURL(file).href)) as { default: Loaded };
    expectIm(loaded.default);
  });

  test('a script tag, as window.Im', () => {
    const window = { crypto, TextEncoder, TextDecoder, performance, setTimeout, clearTimeout };
    const page: Record<string, unknown> = { ...window };
    page['self'] = page['globalThis'] = page['window'] = page;
    runInNewContext(readFileSync(file, 'utf8'), page);
    expectIm(page['Im'] as Loaded);
  });

  test('rolldown, which bundles for Vite', async () => {
    const bundled = join(out, 'by-rolldown.mjs');
    const bundle = await rolldown({ input: join(out, 'app.mjs'), cwd: out });
    await bundle.write({ file: bundled, format: 'es' });
    await bundle.close();
    expectIm(((await import(pathToFileURL(bundled).href)) as { default: Loaded }).default);
  });

  test('esbuild, where it is installed', async ({ skip }) => {
    // Not a dependency of ours: it is there because other tools bring it.
    const esbuild = await import('esbuild').catch(() => undefined);
    if (!esbuild) return skip();
    const bundled = join(out, 'by-esbuild.mjs');
    const entryPoints = [join(out, 'app.mjs')];
    await esbuild.build({ entryPoints, bundle: true, format: 'esm', outfile: bundled, logLevel: 'error' });
    expectIm(((await import(pathToFileURL(bundled).href)) as { default: Loaded }).default);
  });
});

test('with its shortened names it does what the sources do: two people talk, over real sockets', async () => {
  const Im = require(file) as new (options: object) => BuiltIm;
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const dlgKey = printKeyring(new Map([[1, new Uint8Array(32).fill(7)]]));
  serveOneConversation(server, dlgKey);
  const wsAddr = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
  const heard: string[] = [];
  const enter = (uid: string) => {
    const im = new Im({ WebSocket });
    im.getInstance({
      wsAddr,
      dlgId: 'tea',
      user: { fromuid: uid },
      handler: {
        onConnect: () => im.socket.bindUser({ token: 't', uid }),
        onMessage: ({ seq, payload, fromuid }) => heard.push(`${uid} ${seq} ${fromuid} ${String(payload?.['text'])}`),
        onError: ({ msg }) => heard.push(msg),
      },
    });
    return { im, opened: new Promise<void>((resolve) => void im.on('opened', () => resolve())) };
  };
  const [ada, bo] = [enter('ada'), enter('bo')];
  await Promise.all([ada.opened, bo.opened]);
  expect(await ada.im.socket.send({ type: 'text', text: 'hi' })).toMatchObject({ seq: 1, msgId: 'm1' });
  await bo.im.socket.send({ type: 'text', text: 'ho' });
  await vi.waitFor(() => expect(heard.sort()).toEqual(['ada 1 ada hi', 'ada 2 bo ho', 'bo 1 ada hi', 'bo 2 bo ho']));
  const { list } = await bo.im.socket.history({ after: 1 });
  expect(list).toMatchObject([{ seq: 2, fromuid: 'bo', payload: { type: 'text', text: 'ho' } }]);
  expect(ada.im.socket.outbox()).toEqual([]);
  for (const { im } of [ada, bo]) im.socket.close();
  server.close();
});

test('its cipher, which is ours, is that of the sources: either opens what the other seals, and nothing that was changed', () => {
  const built = new (require(file) as new () => Im)();
  const ring = (byte: number) => printKeyring(new Map([[1, new Uint8Array(32).fill(byte)]]));
  for (let length = 0; length < 600; length++) {
    const plaintext = '茶'.repeat(length / 3) + 'x'.repeat(length % 3);
    const to = { dlgId: 'tea', dlgKey: ring(length % 256), fromuid: 'ada', clientMsgId: `c${length}` };
    expect(open(built.encrypt(plaintext, to), 'tea', to.dlgKey)).toBe(plaintext);
    expect(built.decrypt(seal(plaintext, to), 'tea', to.dlgKey)).toBe(plaintext);
  }
  const to = { dlgId: 'tea', dlgKey: ring(7), fromuid: 'ada', clientMsgId: 'c1' };
  const content = built.encrypt('hi', to);
  for (let at = 'IM1.'.length; at < content.length; at++) {
    const changed = content.slice(0, at) + (content[at] === 'A' ? 'B' : 'A') + content.slice(at + 1);
    expect(built.tryDecrypt(changed, 'tea', to.dlgKey)).toMatchObject({ ok: false });
  }
  expect(built.tryDecrypt(content, 'tea', ring(8))).toMatchObject({ error: { code: 'E_TAMPERED' } });
  expect(built.tryDecrypt(content, 'cake', to.dlgKey)).toMatchObject({ error: { code: 'E_TAMPERED' } });
  expect(built.tryDecrypt(content, 'tea', to.dlgKey)).toEqual({ ok: true, plaintext: 'hi' });
});

interface BuiltIm {
  getInstance(config: ImConfig): void;
  on: Im['on'];
  socket: ImSocket;
}

/** A server that says yes to everything, to whoever has opened the conversation. */
function serveOneConversation(server: WebSocketServer, dlgKey: string): void {
  const log: Message[] = [];
  const about = () => ({ head: log.length, minSeq: 1, logEpoch: 'e1' });
  server.on('connection', (socket) => {
    let user = id<UserId>('nobody');
    const say = (frame: ServerFrame, to = socket) => to.send(JSON.stringify(frame));
    say({ op: 'hello', versions: [1], pingMs: 25_000, maxFrame: 65_536, serverTime: 1 });
    socket.on('message', (data: Buffer) => {
      const frame = clientFrame.read(JSON.parse(data.toString('utf8')), 'frame');
      if (frame.op === 'bind') {
        user = frame.uid;
        say({ op: 'bound', userId: user, sessionId: id<SessionId>('s'), expiresAt: 1 });
      }
      if (frame.op === 'open')
        say({ op: 'opened', id: frame.id, dlgId: frame.dlgId, readSeq: 0, dlgKey, online: [], ...about() });
      if (frame.op === 'history') {
        const list = log.filter(({ seq }) => seq > (frame.after ?? 0));
        say({ op: 'page', id: frame.id, dlgId: frame.dlgId, list, hasMore: false, ...about() });
      }
      if (frame.op !== 'send') return;
      const { dlgId, clientMsgId, content } = frame;
      const seq = log.length + 1;
      const stored = { seq, msgId: id<MsgId>(`m${seq}`), clientMsgId, sentAt: seq };
      log.push({ ...stored, content, fromuid: user });
      say({ op: 'ack', dlgId, ...stored });
      for (const each of server.clients) say({ op: 'message', dlgId, content, fromuid: user, ...stored }, each);
    });
  });
}

describe('a name that is shortened', () => {
  const repository = fileURLToPath(new URL('../../..', import.meta.url));
  const list = new URL('../shortened.mjs', import.meta.url).href;
  let shortened: string[];
  beforeAll(async () => {
    ({ shortened } = (await import(list)) as { shortened: string[] });
  });

  test('is declared here wherever it is read, and never by the browser', () => {
    const { config } = ts.readConfigFile(join(repository, 'packages/sdk/tsconfig.json'), (path) =>
      ts.sys.readFile(path),
    );
    const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, join(repository, 'packages/sdk'));
    const cipher = join(repository, 'packages/crypto/src/lean/cipher.ts');
    const program = ts.createProgram([...fileNames.filter((name) => !/(\.test|\/fixture)\.ts$/.test(name)), cipher], {
      ...options,
      composite: false,
      incremental: false,
      noEmit: true,
      customConditions: ['@trialogue/source'],
    });
    const checker = program.getTypeChecker();
    const found = new Set<string>();
    const foreign: string[] = [];
    /** What is called so there, if it is one of ours: read, taken apart, or handed to somebody who knows it. */
    const namedAt = (node: ts.Node): [name: string, symbol: ts.Symbol | undefined] | undefined => {
      if (ts.isPropertyAccessExpression(node)) return [node.name.text, checker.getSymbolAtLocation(node.name)];
      const name = ts.isBindingElement(node)
        ? (node.propertyName ?? node.name)
        : ts.isObjectLiteralElement(node) && node.name;
      if (!name || !ts.isIdentifier(name)) return undefined;
      const { parent } = node;
      const of = ts.isObjectLiteralExpression(parent)
        ? checker.getContextualType(parent)
        : checker.getTypeAtLocation(parent);
      return [name.text, of?.getProperty(name.text)];
    };
    const look = (node: ts.Node): void => {
      ts.forEachChild(node, look);
      const [name = '', symbol] = namedAt(node) ?? [];
      if (!shortened.includes(name)) return;
      found.add(name);
      const isOurs = (symbol?.declarations ?? []).every((each) => isOwn(each.getSourceFile().fileName));
      const isKnown = symbol !== undefined || !ts.isPropertyAccessExpression(node);
      if (!isOurs || !isKnown) foreign.push(`${node.getSourceFile().fileName}: ${node.getText()}`);
    };
    const isOwn = (name: string) => /packages\/(sdk|crypto|protocol)\/src\//.test(name);
    for (const source of program.getSourceFiles()) if (isOwn(source.fileName)) look(source);
    expect(foreign).toEqual([]);
    expect([...found].sort()).toEqual(shortened.filter((name) => found.has(name)));
    expect(shortened.filter((name) => !found.has(name))).toEqual([]);
  }, 120_000);

  test('is no word of the public types, of the wire, of what is kept, nor one that is told apart as text', () => {
    const code = readFileSync(join(out, 'index.mjs'), 'utf8');
    const taken = new Set<string>(['user', 'dlgId', 'clientMsgId', 'content', 'at', 'by', 'error', 'isUnsure', 'what']);
    const look = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node)) taken.add(node.text);
      ts.forEachChild(node, look);
    };
    look(ts.createSourceFile('index.mjs', code, ts.ScriptTarget.ES2022));
    const types = ts.createSourceFile(
      'types.d.ts',
      readFileSync(join(out, 'types.d.ts'), 'utf8'),
      ts.ScriptTarget.ES2022,
    );
    const lookAtTypes = (node: ts.Node): void => {
      const { name } = node as { name?: ts.Node };
      const isMember = ts.isTypeElement(node) || ts.isClassElement(node);
      if (isMember && name && ts.isIdentifier(name)) taken.add(name.text);
      ts.forEachChild(node, lookAtTypes);
    };
    lookAtTypes(types);
    for (const shape of [clientFrame, serverFrame]) {
      for (const word of JSON.stringify(schemaOf(shape)).matchAll(/"(\w+)":/g)) taken.add(word[1] ?? '');
    }
    expect(taken.size).toBeGreaterThan(200);
    expect(shortened.filter((name) => taken.has(name))).toEqual([]);
  });
});

test('the ESM builds have a default and named exports', async () => {
  for (const name of ['index.mjs', 'im-sdk.min.mjs']) {
    const loaded = (await import(pathToFileURL(join(out, name)).href)) as {
      default: Loaded;
      Im: Loaded;
      ImError: unknown;
    };
    expect(loaded.Im).toBe(loaded.default);
    expect(loaded.ImError).toBeTypeOf('function');
  }
});

test('it is within its budget of 15.5 kB gzip with its cipher, and carries no other file (client.md, weight)', () => {
  const text = readFileSync(file, 'utf8');
  expect(gzipSync(text, { level: 9 }).length).toBeLessThanOrEqual(15_500);
  expect(text).not.toMatch(/\brequire\(|\bimport[\s(]/);
});

test('TypeScript finds the types, of require and of import', () => {
  const usage = `
    const app = new Im();
    app.getInstance({ wsAddr: 'wss://x', user: { fromuid: 'ada' }, handler: { onMessage: (e) => { const n: number = e.seq; void n; } } });
    // @ts-expect-error there is no such method
    app.nothing();
  `;
  const files = {
    'a.mts': `import Im, { type ImConfig } from './index.mjs';\nexport type X = ImConfig;\n${usage}`,
    'b.cts': `import Im = require('./im-sdk.min.js');\nexport type X = Im.ImConfig;\nexport const Y = Im.default;\n${usage}`,
    'c.mts': `import Im from './im-sdk.min.js';\n${usage}`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), text);
  const program = ts.createProgram(
    Object.keys(files).map((name) => join(out, name)),
    {
      strict: true,
      noEmit: true,
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      types: [],
      lib: ['lib.es2022.d.ts'],
    },
  );
  const found = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  expect(found).toEqual([]);
});

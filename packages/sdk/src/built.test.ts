import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';

import { rolldown } from 'rolldown';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

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
}, 60_000);
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

test('it is within its budget of 22.7 kB gzip, and carries no other file', () => {
  const text = readFileSync(file, 'utf8');
  expect(gzipSync(text, { level: 9 }).length).toBeLessThanOrEqual(22_700);
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

// Builds dist/: ESM (readable and minified), UMD (im-sdk.min.js) and bundled types. `--out DIR` builds elsewhere.
// The workspace's own packages and the cipher are bundled: what is published depends on nothing.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

import { lean } from '../../scripts/parts/lean.mjs';
import { smaller } from '../../scripts/parts/smaller.mjs';
import { shortened } from './shortened.mjs';

const LARGEST_GZIP_BYTES = 15_200;

const outAt = process.argv.indexOf('--out');
const out = outAt < 0 ? 'dist' : resolve(process.argv[outAt + 1] ?? 'dist');
process.chdir(dirname(fileURLToPath(import.meta.url)));

const { name, version, license } = JSON.parse(readFileSync('package.json', 'utf8'));
const banner = `/*! ${name} ${version} | ${license} */`;
const common = {
  platform: 'browser',
  resolve: { conditionNames: ['@trialogue/source', 'import', 'browser', 'default'] },
  transform: { target: 'es2022' },
  checks: { pluginTimings: false },
  // No getter of what is bundled does anything but answer.
  treeshake: { propertyReadSideEffects: false, manualPureFunctions: ['idOf', 'dlgId', 'clientMsgId'] },
};
const include = new RegExp(`^(?:${shortened.join('|')})$`);
const minify = { compress: true, mangle: true, mangleProps: { include } };
const minified = { minify, comments: { annotation: false, jsdoc: false, legal: true }, sourcemap: true };
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

async function bundle(input, outputs, plugins = []) {
  const built = await rolldown({ ...common, input, plugins: [lean(), ...plugins] });
  for (const output of outputs) await built.write({ banner, ...output });
  await built.close();
}
await Promise.all([
  bundle('src/index.ts', [
    { file: join(out, 'index.mjs'), format: 'es', sourcemap: true },
    { ...minified, file: join(out, 'im-sdk.min.mjs'), format: 'es' },
  ]),
  bundle('src/umd.ts', [
    { ...minified, file: join(out, 'im-sdk.min.js'), format: 'umd', name: 'Im', exports: 'default' },
  ]),
  bundle(
    { types: 'src/index.ts' },
    [{ dir: out, format: 'es', banner: '' }],
    [
      dts({
        emitDtsOnly: true,
        sourcemap: false,
        tsconfig: 'tsconfig.json',
        build: true,
        resolve: [/^@trialogue\//],
      }),
    ],
  ),
]);

for (const [name, isModule] of [
  ['im-sdk.min.js', false],
  ['im-sdk.min.mjs', true],
]) {
  const file = join(out, name);
  const [code, ...link] = readFileSync(file, 'utf8').split(/(?=\n\/\/# sourceMappingURL=)/);
  const made = await smaller(code, { isModule, map: readFileSync(`${file}.map`, 'utf8') });
  writeFileSync(file, made.code + link.join(''));
  writeFileSync(`${file}.map`, made.map);
}

// dist/*.js is CommonJS whatever the package's own "type" says.
writeFileSync(join(out, 'package.json'), '{ "type": "commonjs" }\n');
const types = readFileSync(join(out, 'types.d.ts'), 'utf8').replace(/,?\s*\bIm as default\b/, '');
writeFileSync(join(out, 'types.d.ts'), types);
const esm = `export * from './types.js';\nexport { Im as default } from './types.js';\n`;
writeFileSync(join(out, 'index.d.mts'), esm);
writeFileSync(join(out, 'im-sdk.min.d.mts'), esm);
const exported =
  /export \{([^}]*)\};?\s*$/
    .exec(types)?.[1]
    ?.split(',')
    .map((word) => word.replace('type ', '').trim())
    // Functions are in the ESM builds only: whoever bundles those carries what it uses.
    .filter((word) => /^[A-Z]/.test(word) && word !== 'Im') ?? [];
writeFileSync(
  join(out, 'im-sdk.min.d.ts'),
  [
    `import { Im as ImClass, ImError as ImErrorClass, ImDecryptError as ImDecryptErrorClass } from './types.js';`,
    `declare const Im: typeof ImClass & {`,
    `  readonly default: typeof ImClass;`,
    `  readonly Im: typeof ImClass;`,
    `  readonly ImError: typeof ImErrorClass;`,
    `  readonly ImDecryptError: typeof ImDecryptErrorClass;`,
    `};`,
    `type Im = ImClass;`,
    `declare namespace Im {`,
    ...exported.map((type) => `  export type ${type} = import('./types.js').${type};`),
    `}`,
    `export = Im;`,
    ``,
  ].join('\n'),
);

const bytes = gzipSync(readFileSync(join(out, 'im-sdk.min.js')), { level: 9 }).length;
console.log(`im-sdk.min.js: ${bytes} bytes gzip (budget ${LARGEST_GZIP_BYTES})`);
if (bytes > LARGEST_GZIP_BYTES) throw new Error('im-sdk.min.js is over its budget');

/// <reference types="node" />
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

const src = join(import.meta.dirname, '..');
const styles: Record<string, string> = Object.fromEntries(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(css|vue)$/.test(path))
    .map((path) => [path, readFileSync(join(src, path), 'utf8')]),
);
const cssOf = (path: string, text: string): string =>
  path.endsWith('.vue') ? [...text.matchAll(/<style[^>]*>([^]*?)<\/style>/g)].map(([, css]) => css).join('\n') : text;

/** Each declaration of ours: where, what, and to what. Of comments nothing. */
const declarations = Object.entries(styles).flatMap(([path, text]) =>
  [
    ...cssOf(path, text)
      .replaceAll(/\/\*[^]*?\*\//g, '')
      .matchAll(/([-\w]+):\s*([^;{}]+)[;}]/g),
  ].map(([, name = '', value = '']) => ({
    path,
    name,
    value: value.trim(),
    whole: `${path}: ${name}: ${value.trim()}`,
  })),
);

const sided =
  /^(margin|padding|border|scroll-margin|scroll-padding)-(left|right)|^(left|right)$|^border-(top|bottom)-(left|right)-radius$/;
/** `1rem 2rem 1rem 0`: its second and its fourth value are right and left. */
const isLopsided = (value: string): boolean => {
  const parts = value.replaceAll(/\([^()]*(\([^()]*\)[^()]*)*\)/g, '()').split(/\s+/);
  return parts.length === 4 && parts[1] !== parts[3] && !value.includes('safe-area');
};

test('our styles know no left and no right, so that lines may run either way (client.md 4.6, RTL)', () => {
  const wrong = declarations.filter(
    ({ path, name, value }) =>
      // A picture is not a line.
      !path.includes('Lightbox') &&
      (sided.test(name) ||
        (/^(text-align|float|clear)$/.test(name) && /^(left|right)$/.test(value)) ||
        (/^(margin|padding|inset)$/.test(name) && isLopsided(value))),
  );
  expect(wrong.map(({ whole }) => whole)).toEqual([]);
});

test('colours are named in one file; only black and white, over pictures, are what they are everywhere', () => {
  const colour = /#[\da-f]{3,8}\b|\b(rgb|hsl)a?\([^)]*\)/gi;
  const plain = /^(#fff|#000|#ffffff|#000000|rgb\((0 0 0|255 255 255) \/ \d+%\))$/;
  const elsewhere = declarations.filter(
    ({ path, value }) =>
      !/tokens\.css/.test(path) && (value.match(colour) ?? []).some((one) => !plain.test(one.toLowerCase())),
  );
  expect(elsewhere.map(({ whole }) => whole)).toEqual([]);
});

test('every token that is used is one', () => {
  // A component may give a length to its own styles.
  const given = Object.values(styles).flatMap((text) =>
    [...text.matchAll(/'(--[\w-]+)':/g)].map(([, name = '']) => name),
  );
  const known = new Set([...given, ...declarations.map(({ name }) => name).filter((name) => name.startsWith('--'))]);
  const used = declarations.flatMap(({ value, whole }) =>
    [...value.matchAll(/var\((--[\w-]+)(,)?/g)].flatMap(([, name = '', hasFallback]) =>
      known.has(name) || hasFallback ? [] : [whole],
    ),
  );
  expect(used).toEqual([]);
});

test('no input is smaller than 16 px: iOS would zoom in on it (client.md 4.4, keyboard)', () => {
  const rule = /(?<selector>[^{}]*)\{(?<body>[^{}]*)\}/g;
  const small = Object.entries(styles).flatMap(([path, text]) =>
    [...cssOf(path, text).matchAll(rule)].flatMap(({ groups: { selector = '', body = '' } = {} }) =>
      /(^|[\s.>])(input|textarea)(\[[^\]]*\])?\s*$/.test(selector.trimEnd()) && /font-size:\s*0?\.\d+rem/.test(body)
        ? [`${path}: ${selector.trim()}`]
        : [],
    ),
  );
  expect(small).toEqual([]);
});

/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { colourOf, contrast, hexOf, type Colour } from './colour.ts';
import { palette, type Scheme } from './palette.ts';

const tokens = readFileSync(join(import.meta.dirname, '../assets/tokens.css'), 'utf8');
const schemes = ['light', 'dark'] as const satisfies Scheme[];
const anyColour = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)).map((colour) => hexOf(colour as Colour));
/** The tokens of a scheme as the style sheet has them. */
const sheet = (scheme: Scheme) => (name: string) => {
  const found = new RegExp(`${name}: light-dark\\((#\\w{6}), (#\\w{6})\\);`).exec(tokens);
  return colourOf(found?.[scheme === 'light' ? 1 : 2] ?? '');
};

test.for(schemes)(
  'whatever colour an app has, in the %s scheme its words can be read (client.md 4.6, dark mode)',
  (scheme) => {
    const of = sheet(scheme);
    fc.assert(
      fc.property(anyColour, (accent) => {
        const made = palette(accent, scheme);
        const at = (name: `--${string}`) => colourOf(made[name] ?? '');
        for (const ground of [of('--surface'), of('--page'), at('--accent-soft')])
          expect(contrast(at('--accent'), ground)).toBeGreaterThanOrEqual(4.45);
        expect(contrast(at('--accent-ink'), at('--accent'))).toBeGreaterThanOrEqual(4.45);
        expect(contrast(of('--own-ink'), at('--own'))).toBeGreaterThanOrEqual(4.45);
      }),
      { seed: 4 },
    );
  },
);

test('a colour that can be read is left as it is', () => {
  expect(palette('#0b6e63', 'light')['--accent']).toBe('#0b6e63');
});

test.for(schemes)('our own colours can be read in the %s scheme', (scheme) => {
  const of = sheet(scheme);
  const pairs = [
    ['--ink', '--surface'],
    ['--ink', '--page'],
    ['--ink-soft', '--surface'],
    ['--ink-soft', '--page'],
    ['--ink-soft', '--sunken'],
    ['--accent', '--surface'],
    ['--accent', '--accent-soft'],
    ['--accent-ink', '--accent'],
    ['--own-ink', '--own'],
    ['--danger', '--surface'],
    ['--danger', '--danger-soft'],
    ['--warn', '--warn-soft'],
    ['--link', '--surface'],
    ['--link', '--own'],
    ...['user', 'merchant', 'service', 'bot'].map((role) => [`--role-${role}`, `--role-${role}-bg`]),
  ];
  for (const [ink = '', ground = ''] of pairs)
    expect(contrast(of(ink), of(ground)), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
});

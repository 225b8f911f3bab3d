import { afterEach, expect, test, vi } from 'vitest';

import { brand } from './brand.ts';
import { direction } from './direction.ts';
import { askedTheme, wear } from './theme.ts';

const root = document.documentElement;
afterEach(() => {
  root.removeAttribute('style');
  delete root.dataset['scheme'];
});

test('a link may ask for day or night, a colour and a corner', () => {
  expect(askedTheme('?theme=dark&accent=0B6E63&radius=12')).toEqual({ scheme: 'dark', accent: '#0B6E63', radius: 12 });
});

test.for([
  '?theme=neon',
  '?accent=red',
  '?accent=0b6e63;background:url(https://evil.example)',
  '?accent=%23fff}body{display:none',
  '?radius=-1',
  '?radius=99',
  '?radius=1e3',
  '?name=Your%20Bank&logo=https://evil.example/logo.png',
])('%s asks for nothing: no style and no name comes in by a link', (search) => {
  expect(askedTheme(search)).toEqual({});
});

test('an app wears its colours, its corners and its name', async () => {
  wear({ scheme: 'dark', accent: '#8a2be2', radius: 4, name: '青禾茶铺', logo: '/brand.png' });
  expect(root.dataset['scheme']).toBe('dark');
  expect(root.style.getPropertyValue('--radius')).toBe('4px');
  expect(brand.value).toEqual({ name: '青禾茶铺', logo: `${location.origin}/brand.png` });
  await vi.waitFor(() => expect(root.style.getPropertyValue('--accent')).toMatch(/^#[0-9a-f]{6}$/));
  wear({ scheme: 'auto' });
  expect(root.dataset['scheme']).toBeUndefined();
});

test('a picture of another origin is not fetched: it would learn who reads', () => {
  wear({ logo: 'https://evil.example/logo.png' });
  expect(brand.value.logo).toBeUndefined();
});

test('lines run as the language has it, or as one asks to try (client.md 4.6, RTL)', () => {
  expect(direction('zh-CN', '')).toBe('ltr');
  expect(direction('ar-EG', '')).toBe('rtl');
  expect(direction('en', '?dir=rtl')).toBe('rtl');
  expect(direction('en', '?dir=up')).toBe('ltr');
});

import type { Theme } from '@trialogue/protocol/host';

import { ownPicture } from '../utils/pictures.ts';
import { brand } from './brand.ts';
import type { Scheme } from './palette.ts';

const root = document.documentElement;
const isDark = matchMedia('(prefers-color-scheme: dark)');
let wanted: Theme = {};

const schemeNow = (): Scheme =>
  wanted.scheme === 'light' || wanted.scheme === 'dark' ? wanted.scheme : isDark.matches ? 'dark' : 'light';

/** The bar of the browser is light or dark, too. */
const bars = [...document.querySelectorAll('meta[name=theme-color]')].map((bar) => ({
  bar,
  media: bar.getAttribute('media') ?? '',
}));
const asked = (media: string): string => {
  if (wanted.scheme === undefined || wanted.scheme === 'auto') return media;
  return media.includes(wanted.scheme) ? 'all' : 'not all';
};

async function paint(): Promise<void> {
  if (wanted.scheme === 'auto') delete root.dataset['scheme'];
  else if (wanted.scheme) root.dataset['scheme'] = wanted.scheme;
  for (const { bar, media } of bars) bar.setAttribute('media', asked(media));
  if (wanted.radius !== undefined) {
    root.style.setProperty('--radius', `${wanted.radius}px`);
    root.style.setProperty('--radius-small', `${Math.round(wanted.radius * 0.625)}px`);
  }
  if (wanted.accent === undefined) return;
  const { palette } = await import('./palette.ts');
  for (const [name, value] of Object.entries(palette(wanted.accent, schemeNow()))) root.style.setProperty(name, value);
}

/** Takes on the look that an app asks for. Only values of the shape of {@link Theme} come here: no style can be slipped in. */
export function wear(theme: Theme): void {
  wanted = { ...wanted, ...theme };
  brand.value = { name: wanted.name, logo: ownPicture(wanted.logo) };
  void paint();
}

/**
 * `?theme=dark&accent=0b6e63&radius=12`, for links. A name and a picture are for the embedding page only, whose origin
 * is known: anybody can write a link.
 */
export function askedTheme(search: string): Theme {
  const asked = new URLSearchParams(search);
  const [scheme, accent, radius] = [asked.get('theme'), asked.get('accent'), asked.get('radius')];
  return {
    ...((scheme === 'light' || scheme === 'dark') && { scheme }),
    ...(accent && /^[0-9a-f]{6}$/i.test(accent) && { accent: `#${accent}` }),
    ...(radius && /^\d{1,2}$/.test(radius) && Number(radius) <= 24 && { radius: Number(radius) }),
  };
}

// An app's colour is another one by day than by night.
isDark.addEventListener('change', () => void paint());

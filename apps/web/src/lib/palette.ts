import { BLACK, WHITE, colourOf, contrast, hexOf, mix, readable, type Colour } from './colour.ts';

export type Scheme = 'light' | 'dark';

/** Small letters on their ground. WCAG 2.2 AA. */
const ENOUGH = 4.5;
/** Of `tokens.css`: what an app's colour is written on. */
const surfaces: Readonly<Record<Scheme, Colour>> = { light: [255, 255, 255], dark: [22, 27, 26] };
const pages: Readonly<Record<Scheme, Colour>> = { light: [238, 241, 239], dark: [14, 18, 17] };
const inks: Readonly<Record<Scheme, Colour>> = { light: [16, 32, 28], dark: [230, 245, 240] };
const softness: Readonly<Record<Scheme, number>> = { light: 0.13, dark: 0.22 };
const ownness: Readonly<Record<Scheme, number>> = { light: 0.2, dark: 0.34 };

/**
 * The tokens that follow from one colour of an app. Its hue is kept, its lightness is not where it could not be read:
 * as words on every ground it stands on, and with words on it.
 */
export function palette(accent: string, scheme: Scheme): Readonly<Record<`--${string}`, string>> {
  const [surface, page, ink] = [surfaces[scheme], pages[scheme], inks[scheme]];
  const soft = (colour: Colour) => mix(colour, softness[scheme], surface);
  const isReadable = (colour: Colour) =>
    [surface, page, soft(colour)].every((ground) => contrast(colour, ground) >= ENOUGH);
  const safe = readable(colourOf(accent), isReadable, scheme === 'light' ? BLACK : WHITE);
  const own = readable(
    mix(safe, ownness[scheme], surface),
    (ground) => contrast(ink, ground) >= ENOUGH && contrast(safe, ground) >= 3,
    surface,
  );
  return {
    '--accent': hexOf(safe),
    '--accent-ink': hexOf(contrast(WHITE, safe) >= ENOUGH ? WHITE : mix(safe, 0.12, BLACK)),
    '--accent-soft': hexOf(soft(safe)),
    '--own': hexOf(own),
  };
}

/** Red, green and blue, 0–255 each. */
export type Colour = readonly [red: number, green: number, blue: number];

export const BLACK: Colour = [0, 0, 0];
export const WHITE: Colour = [255, 255, 255];

/** @param hex `#rrggbb` */
export const colourOf = (hex: string): Colour => {
  const at = (place: number) => parseInt(hex.slice(place, place + 2), 16);
  return [at(1), at(3), at(5)];
};

export const hexOf = (colour: Colour): string =>
  `#${colour.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;

const each = ([red, green, blue]: Colour, does: (part: number, at: 0 | 1 | 2) => number): Colour => [
  does(red, 0),
  does(green, 1),
  does(blue, 2),
];

/** So much of the one, the rest of the other. */
export const mix = (one: Colour, share: number, other: Colour): Colour =>
  each(one, (part, at) => part * share + other[at] * (1 - share));

/** From 1 (the same) to 21 (black and white). WCAG 2.2, 1.4.3. */
export function contrast(one: Colour, other: Colour): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function luminance(colour: Colour): number {
  const [red, green, blue] = each(colour, (part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The colour, as much nearer to `towards` as it takes to be read on what it is written on. */
export function readable(colour: Colour, isReadable: (colour: Colour) => boolean, towards: Colour): Colour {
  for (let share = 1; share > 0; share -= 0.05) {
    const tried = mix(colour, share, towards);
    if (isReadable(tried)) return tried;
  }
  return towards;
}

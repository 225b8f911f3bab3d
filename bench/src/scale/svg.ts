/** One line of a plot. */
export interface Line {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  title: string;
  x: { title: string; isLog?: boolean; text: (value: number) => string };
  y: { title: string; isLog?: boolean; text: (value: number) => string };
  lines: readonly Line[];
  /** A line across, and what it means. */
  limit?: { y: number; name: string };
}

const [WIDTH, HEIGHT] = [930, 420];
const box = { left: 78, right: 290, top: 44, bottom: 52 };
/** Told apart by people who see few colours, and by their dashes. */
const strokes = [
  ['#0b62c4', ''],
  ['#c4570b', '7 4'],
  ['#2b7a3d', '2 3'],
  ['#8a3fa0', '10 3 2 3'],
  ['#555555', '4 2'],
  ['#0b8a8a', '1 4'],
  ['#a3162e', '12 5'],
] as const;

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A plot of lines as SVG: readable on light and dark ground, with its numbers as text. */
export function plotted({ title, x, y, lines, limit }: Plot): string {
  const all = lines.flatMap(({ points }) => points);
  const across = scale(
    all.map(([value]) => value),
    x.isLog,
    box.left,
    WIDTH - box.right,
  );
  const up = scale(
    [...all.map(([, value]) => value), ...(limit ? [limit.y] : [])],
    y.isLog,
    HEIGHT - box.bottom,
    box.top,
  );
  const parts: string[] = [];
  const text = (at: readonly [number, number], said: string, more = '') =>
    parts.push(`<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" ${more}>${escaped(said)}</text>`);
  for (const tick of across.ticks) {
    const at = across.at(tick);
    parts.push(`<path class="grid" d="M${at.toFixed(1)} ${box.top}V${HEIGHT - box.bottom}"/>`);
    text([at, HEIGHT - box.bottom + 18], x.text(tick), 'text-anchor="middle"');
  }
  for (const tick of up.ticks) {
    const at = up.at(tick);
    parts.push(`<path class="grid" d="M${box.left} ${at.toFixed(1)}H${WIDTH - box.right}"/>`);
    text([box.left - 8, at + 4], y.text(tick), 'text-anchor="end"');
  }
  if (limit) {
    const at = up.at(limit.y).toFixed(1);
    parts.push(`<path d="M${box.left} ${at}H${WIDTH - box.right}" stroke="#b3261e" stroke-width="2"/>`);
    text([WIDTH - box.right + 10, Number(at) + 4], limit.name, 'fill="#b3261e"');
  }
  lines.forEach(({ name, points }, turn) => {
    const [colour, dash] = strokes[turn % strokes.length] ?? strokes[0];
    const path = points.map(([px, py], at) => `${at ? 'L' : 'M'}${across.at(px).toFixed(1)} ${up.at(py).toFixed(1)}`);
    parts.push(
      `<path d="${path.join('')}" fill="none" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash}"/>`,
    );
    const label = HEIGHT - box.bottom - 20 * (lines.length - turn) + 6;
    const from = WIDTH - box.right + 10;
    parts.push(`<path d="M${from} ${label - 4}h26" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash}"/>`);
    text([from + 34, label], name);
  });
  text([box.left, 24], title, 'font-weight="600" font-size="15"');
  text([(box.left + WIDTH - box.right) / 2, HEIGHT - 12], x.title, 'text-anchor="middle"');
  const middle = (box.top + HEIGHT - box.bottom) / 2;
  text([18, middle], y.title, `text-anchor="middle" transform="rotate(-90 18 ${middle})"`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}" font-family="sans-serif" font-size="12" fill="#222">`,
    '<style>.grid{stroke:#ddd;fill:none}</style>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function scale(values: readonly number[], isLog = false, from: number, to: number) {
  const positive = values.filter((value) => value > 0);
  const [least, largest] = isLog
    ? [10 ** Math.floor(Math.log10(Math.min(...positive))), 10 ** Math.ceil(Math.log10(Math.max(...positive)))]
    : [0, niceAbove(Math.max(...values))];
  const share = (value: number) =>
    isLog
      ? (Math.log10(Math.max(value, least)) - Math.log10(least)) / (Math.log10(largest) - Math.log10(least))
      : value / largest;
  const decades = Math.round(Math.log10(largest / Math.max(least, 1e-12)));
  const ticks = isLog
    ? Array.from({ length: decades + 1 }, (_, at) => least * 10 ** at)
    : Array.from({ length: 6 }, (_, at) => (largest * at) / 5);
  return { ticks, at: (value: number) => from + share(value) * (to - from) };
}

/** A round number that is not much larger. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return ([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}

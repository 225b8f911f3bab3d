/** Plots as SVG, readable in light and in dark: a page that shows one as a picture tells it which is wanted. */

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 15px; }
  .quiet { fill: #59636e; font-size: 12px; }
  .grid { stroke: #d1d9e0; }
  .c0 { --c: #0969da; } .c1 { --c: #bc4c00; } .c2 { --c: #1a7f37; } .c3 { --c: #8250df; }
  .c4 { --c: #bf3989; } .c5 { --c: #7d5f00; } .c6 { --c: #59636e; } .c7 { --c: #8c959f; }
  .bar, .dot { fill: var(--c); } .line { stroke: var(--c); fill: none; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .quiet { fill: #9198a1; } .grid { stroke: #3d444d; }
    .c0 { --c: #4493f8; } .c1 { --c: #f0883e; } .c2 { --c: #3fb950; } .c3 { --c: #ab7df8; }
    .c4 { --c: #f778ba; } .c5 { --c: #d29922; } .c6 { --c: #9198a1; } .c7 { --c: #656c76; }
  }`;

const WIDTH = 760;
const COLORS = 8;
const LABEL = 210;
const ROW = 26;

export interface Bar {
  name: string;
  value: number;
  /** What stands behind the bar. */
  says: string;
  color: number;
}

export interface Bars {
  title: string;
  groups: { title: string; bars: Bar[] }[];
}

/** Bars from the left, each group to a scale of its own. */
export function bars({ title, groups }: Bars): string {
  const shown = groups.filter(({ bars }) => bars.length > 0);
  const parts: string[] = [];
  let y = 46;
  for (const group of shown) {
    parts.push(text(16, y + 8, group.title, 'quiet'));
    y += 20;
    const most = Math.max(...group.bars.map(({ value }) => value), Number.MIN_VALUE);
    for (const { name, value, says, color } of group.bars) {
      const width = (value / most) * (WIDTH - LABEL - 130);
      parts.push(
        text(LABEL - 8, y + 15, name, '', 'end'),
        `<rect class="bar c${color % COLORS}" x="${LABEL}" y="${y + 3}" width="${one(Math.max(1, width))}" height="${ROW - 8}" rx="3"/>`,
        text(LABEL + width + 8, y + 15, says),
      );
      y += ROW;
    }
    y += 12;
  }
  return page(title, y, parts);
}

export interface Line {
  name: string;
  color: number;
  points: readonly { x: number; y: number }[];
}

export interface Lines {
  title: string;
  xTitle: string;
  yTitle: string;
  /** Where the marks of the x axis are, and what they say. */
  xMarks: readonly { at: number; says: string }[];
  yIsLog?: boolean;
  lines: readonly Line[];
}

const PLOT = { left: 60, right: WIDTH - 220, top: 58, bottom: 330 };

export function lines({ title, xTitle, yTitle, xMarks, yIsLog = false, lines }: Lines): string {
  const values = lines.flatMap(({ points }) => points.map(({ y }) => y));
  const marks = yIsLog ? logMarks(values) : evenMarks(values);
  const scale = yIsLog ? (value: number) => Math.log10(Math.max(value, 1e-9)) : (value: number) => value;
  const [low, high] = [scale(marks[0] ?? 0), scale(marks.at(-1) ?? 1)];
  const [first, last] = [xMarks[0]?.at ?? 0, xMarks.at(-1)?.at ?? 1];
  const x = (value: number) => PLOT.left + ((value - first) / (last - first || 1)) * (PLOT.right - PLOT.left);
  const y = (value: number) => PLOT.bottom - ((scale(value) - low) / (high - low || 1)) * (PLOT.bottom - PLOT.top);
  const ends = spread(lines.map(({ points }) => y(points.at(-1)?.y ?? 0)));
  const parts = [
    text(16, 46, yTitle, 'quiet'),
    text(PLOT.right, PLOT.bottom + 40, xTitle, 'quiet', 'end'),
    ...marks.flatMap((mark) => [
      `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${one(y(mark))}" y2="${one(y(mark))}"/>`,
      text(PLOT.left - 8, y(mark) + 4, short(mark), 'quiet', 'end'),
    ]),
    ...xMarks.map(({ at, says }) => text(x(at), PLOT.bottom + 20, says, 'quiet', 'middle')),
    ...lines.flatMap(({ name, color, points }, nth) => [
      `<polyline class="line c${color % COLORS}" points="${points.map((each) => `${one(x(each.x))},${one(y(each.y))}`).join(' ')}"/>`,
      ...points.map(
        (each) => `<circle class="dot c${color % COLORS}" cx="${one(x(each.x))}" cy="${one(y(each.y))}" r="3"/>`,
      ),
      `<rect class="bar c${color % COLORS}" x="${PLOT.right + 14}" y="${one((ends[nth] ?? 0) - 5)}" width="10" height="10" rx="2"/>`,
      text(PLOT.right + 30, (ends[nth] ?? 0) + 4, name),
    ]),
  ];
  return page(title, PLOT.bottom + 56, parts);
}

/** Names beside their lines, none on another. */
export function spread(wanted: readonly number[], apart = 17): number[] {
  const order = wanted.map((at, nth) => ({ at, nth })).sort((a, b) => a.at - b.at);
  const placed = new Array<number>(wanted.length).fill(0);
  let free = -Infinity;
  for (const { at, nth } of order) {
    placed[nth] = Math.max(at, free);
    free = (placed[nth] ?? 0) + apart;
  }
  const over = Math.max(0, free - apart - PLOT.bottom);
  return placed.map((at) => at - over);
}

export function evenMarks(values: readonly number[], count = 5): number[] {
  const most = Math.max(...values, 0) || 1;
  const raw = most / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 2.5, 5, 10].find((each) => each * power >= raw) ?? 10);
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, nth) => nth * step);
}

export function logMarks(values: readonly number[]): number[] {
  const positive = values.filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...positive, 1)));
  const high = Math.ceil(Math.log10(Math.max(...positive, 10)));
  return Array.from({ length: high - low + 1 }, (_, nth) => 10 ** (low + nth));
}

const page = (title: string, height: number, parts: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${Math.ceil(height)}" width="${WIDTH}" height="${Math.ceil(height)}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}\n</style>`,
    text(16, 24, title, 'title'),
    ...parts,
    '</svg>',
    '',
  ].join('\n');

function text(x: number, y: number, says: string, kind = '', anchor: 'start' | 'middle' | 'end' = 'start'): string {
  const attributes = `${kind && ` class="${kind}"`}${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}`;
  return `<text x="${one(x)}" y="${one(y)}"${attributes}>${escaped(says)}</text>`;
}

const one = (value: number): string => String(Math.round(value * 10) / 10);
const short = (value: number): string =>
  value >= 1 || value === 0 ? value.toLocaleString('en') : String(Number(value.toPrecision(2)));
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

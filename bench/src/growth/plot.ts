/** One line of a plot: what it is, and a value at each place of the axis. */
export interface Line {
  name: string;
  values: readonly number[];
}

const WIDTH = 860;
const HEIGHT = 460;
const LEFT = 64;
const RIGHT = 300;
const TOP = 40;
const BOTTOM = 48;
/** Told apart by those who see fewer colours, too (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#000000', '#7f7f7f'];
const DASHES = ['', '7 3', '2 3'];

/** Lines over a size that grows tenfold from place to place, both axes logarithmic, as SVG. */
export function plot(title: string, unit: string, places: readonly string[], lines: readonly Line[]): string {
  const all = lines.flatMap(({ values }) => values).filter((value) => value > 0);
  const [from, to] = [Math.floor(Math.log10(Math.min(...all))), Math.ceil(Math.log10(Math.max(...all)))];
  const x = (at: number) => LEFT + (at * (WIDTH - LEFT - RIGHT)) / Math.max(1, places.length - 1);
  const y = (value: number) =>
    HEIGHT - BOTTOM - ((Math.log10(value) - from) * (HEIGHT - TOP - BOTTOM)) / Math.max(1, to - from);
  const grid = Array.from({ length: to - from + 1 }, (_, nth) => 10 ** (from + nth)).map(
    (value) =>
      `<path d="M${LEFT} ${y(value)}H${WIDTH - RIGHT}" stroke="#d0d0d0"/>` +
      text(LEFT - 8, y(value) + 4, `${value}`, 'end'),
  );
  const axis = places.map((place, at) => text(x(at), HEIGHT - BOTTOM + 20, place, 'middle'));
  const drawn = lines.map(({ name, values }, nth) => {
    const colour = COLOURS[nth % COLOURS.length];
    const points = values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`);
    const at = TOP + 8 + nth * 22;
    const stroke = `fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${DASHES[nth % DASHES.length]}"`;
    return (
      `<polyline points="${points.join(' ')}" ${stroke}/>` +
      `<path d="M${WIDTH - RIGHT + 16} ${at}h24" ${stroke}/>` +
      text(WIDTH - RIGHT + 46, at + 4, name, 'start')
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"` +
      ` font-family="sans-serif" font-size="12" role="img" aria-label="${title}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(LEFT, 22, `${title}, ${unit}`, 'start'),
    ...grid,
    ...axis,
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, 'messages in the database', 'middle'),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

const text = (x: number, y: number, says: string, anchor: 'start' | 'middle' | 'end') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="#222">${says}</text>`;

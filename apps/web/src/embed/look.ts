type Style = Readonly<Record<string, string>>;

/** Sets styles one by one: a page whose policy forbids inline styles allows that. */
export const dress = (it: HTMLElement | SVGElement, style: Style): void => {
  for (const name in style) it.style.setProperty(name, style[name] ?? '');
};

const above = '2147483000';
const round: Style = { border: '0', padding: '0', cursor: 'pointer', display: 'grid', 'place-items': 'center' };

export const button: Style = {
  ...round,
  position: 'fixed',
  'inset-block-end': 'calc(20px + env(safe-area-inset-bottom))',
  'inset-inline-end': '20px',
  'inline-size': '56px',
  'block-size': '56px',
  'border-radius': '50%',
  'box-shadow': '0 2px 12px rgb(0 0 0 / 28%)',
  'z-index': above,
};
export const badge: Style = {
  position: 'absolute',
  'inset-block-start': '-4px',
  'inset-inline-end': '-4px',
  'min-inline-size': '20px',
  padding: '0 5px',
  'box-sizing': 'border-box',
  'border-radius': '10px',
  background: '#b42318',
  color: '#fff',
  font: '600 12px/20px system-ui, sans-serif',
};
export const panel: Style = {
  position: 'fixed',
  'flex-direction': 'column',
  overflow: 'hidden',
  background: 'Canvas',
  'box-shadow': '0 4px 32px rgb(0 0 0 / 28%)',
  'z-index': above,
};
/** Beside the page where there is room, over all of it on a phone. */
export const beside: Style = {
  'inset-block': 'auto calc(88px + env(safe-area-inset-bottom))',
  'inset-inline': 'auto 20px',
  'inline-size': '380px',
  'block-size': 'min(640px, calc(100% - 108px))',
  'border-radius': '16px',
};
export const over: Style = {
  inset: '0',
  'inline-size': 'auto',
  'block-size': 'auto',
  'border-radius': '0',
};
export const bar: Style = {
  ...round,
  'inline-size': '100%',
  'min-block-size': '44px',
  background: 'Canvas',
  color: 'CanvasText',
};
export const frame: Style = { flex: '1', 'inline-size': '100%', border: '0' };

const SVG = 'http://www.w3.org/2000/svg';

export function icon(path: string): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const line = document.createElementNS(SVG, 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  dress(svg, {
    'inline-size': '28px',
    fill: 'none',
    stroke: 'currentColor',
    'stroke-width': '1.75',
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
  });
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

import { onScopeDispose } from 'vue';

/**
 * On a phone the Back key closes what lies on top – a menu, a sheet, a picture – and does not leave the conversation.
 * Each layer is an entry in the history for as long as it is open.
 */
export function useBack(close: () => void): void {
  if (!matchMedia('(pointer: coarse)').matches) return;
  const layer: Layer = { close };
  open(layer);
  onScopeDispose(() => shut(layer));
}

interface Layer {
  close: () => void;
}

let layers: Layer[] = [];
/** Entries of layers that were closed by other means, and are still in the history. */
let spare = 0;
let isGoing = false;

function open(layer: Layer): void {
  layers = [...layers, layer];
  // The entry of the layer before serves this one too.
  if (spare > 0) spare -= 1;
  else history.pushState(history.state, '');
}

function shut(layer: Layer): void {
  if (!layers.includes(layer)) return;
  layers = layers.filter((each) => each !== layer);
  spare += 1;
  // Often one layer closes because another opens.
  setTimeout(() => {
    if (spare === 0 || isGoing) return;
    isGoing = true;
    history.go(-spare);
    spare = 0;
  }, 300);
}

/** Once nothing of a layer that was closed is left in the history: whoever goes to another page waits for that. */
export const settled = (): Promise<void> =>
  new Promise((done) => {
    const look = () => (spare === 0 && !isGoing ? done() : setTimeout(look, 50));
    look();
  });

if (typeof window !== 'undefined')
  addEventListener('popstate', () => {
    if (isGoing) {
      isGoing = false;
      return;
    }
    const top = layers.at(-1);
    if (!top) return;
    layers = layers.slice(0, -1);
    top.close();
  });

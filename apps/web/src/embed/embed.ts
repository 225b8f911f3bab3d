import { startChat } from './chat.ts';
import type { Settings } from './settings.ts';

declare global {
  interface Window {
    /** Before this file is here: a list of what to start. Afterwards it starts what is pushed, at once. */
    Trialogue?: { push(settings: Settings): unknown } | Settings[];
  }
}

const { src } = document.currentScript as HTMLScriptElement;
const { origin } = new URL(src);

function push(settings: Settings): void {
  if (typeof settings.getIdentity !== 'function')
    throw new TypeError('Trialogue.push: getIdentity is missing. Expected a function that gives { token, userId }.');
  const start = () => settings.onReady?.(startChat(origin, settings));
  if (document.body) start();
  else addEventListener('DOMContentLoaded', start);
}

const early = window.Trialogue;
window.Trialogue = { push };
if (Array.isArray(early)) early.forEach(push);

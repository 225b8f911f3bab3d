import type { ImEventName, ImEvents } from '@trialogue/sdk';
import { onScopeDispose } from 'vue';

import { imApp } from './im.ts';

/** Hears one event of the SDK for as long as the component lives. */
export function onIm<Name extends ImEventName>(name: Name, hear: (event: ImEvents[Name]) => void): void {
  onScopeDispose(imApp.on(name, hear));
}

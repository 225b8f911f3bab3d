import type { Target } from '../target.ts';
import { clientFrames } from './clientFrames.ts';
import { envelopes } from './envelopes.ts';
import { http } from './http.ts';
import { postMessage } from './postMessage.ts';
import { sdk } from './sdk.ts';
import { serverFrames } from './serverFrames.ts';
import { sockets } from './sockets.ts';
import { tickets } from './tickets.ts';
import { uploads } from './uploads.ts';

export const targets: readonly Target[] = [
  clientFrames,
  serverFrames,
  envelopes,
  tickets,
  postMessage,
  sdk,
  uploads,
  http,
  sockets,
];

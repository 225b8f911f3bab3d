import { Malformed } from '@trialogue/protocol';
import { toFrame } from '@trialogue/protocol/host';

import type { Read } from './host.ts';

/** Reads what the page around us says. Only what was meant for us is worth an answer: other scripts of that page talk to frames as well. */
export const readHost: Read = (data) => {
  try {
    return { message: toFrame.read(data, 'message') };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    if (error.path === 'message' || error.path === 'message.action') return {};
    return { wrong: { action: 'error', payload: { error: 'request.malformed', msg: error.message } } };
  }
};

import { limits, type Limits } from '@trialogue/protocol';

import { getFileRules, getLimits } from '../../../http/uploads.ts';

let asked: Promise<Limits> | undefined;

/** What this server lets through, asked once; as servers come, where it does not say. */
export const limitsInForce = (): Promise<Limits> =>
  (asked ??= getLimits().catch(() => {
    asked = undefined;
    return limits;
  }));

let ruled: Promise<boolean> | undefined;

/** Whether files are sealed here before they go up. Asked, never guessed. @throws when the server does not say */
export const areSealed = (): Promise<boolean> =>
  (ruled ??= getFileRules().then(
    ({ sealed }) => sealed,
    (error: unknown) => {
      ruled = undefined;
      throw error;
    },
  ));

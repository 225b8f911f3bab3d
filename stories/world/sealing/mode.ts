/** Whether the world seals cheaply. Looked at where `@trialogue/crypto` is `cheap.ts`, which the bundle sees to. */
export const sealing = { isCheap: false };

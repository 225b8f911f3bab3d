import { shallowRef } from 'vue';

/** What the app calls itself, and its sign. Its colours and the like: `theme.ts`, which comes when an app has some. */
export const brand = shallowRef<{ name?: string | undefined; logo?: string | undefined }>({});

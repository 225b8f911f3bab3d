// The seed copies the SDK to `lib/im-sdk.min.js`. Here it is the package that this file is built from: Vite's dev
// server serves ES modules as they are, and cannot import a UMD file from the source folder.
import Im from '@trialogue/sdk';

/** The one connection of this page. */
export const imApp = new Im();

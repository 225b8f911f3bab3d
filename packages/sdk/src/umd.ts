// Entry of im-sdk.min.js. The class itself is what the file exports, and it carries itself
// as `.default` and `.Im` and is marked __esModule, so that each of these gives the class:
//   require('im-sdk.min.js').default      const { Im } = require(…)
//   import Im from 'im-sdk.min.js'        (Node's CommonJS interop, webpack, Vite, Rollup, esbuild)
//   <script src="im-sdk.min.js"> → window.Im
import { ImDecryptError, ImError, Im } from './index.ts';

for (const [key, value] of [
  ['default', Im],
  ['Im', Im],
  ['ImError', ImError],
  ['ImDecryptError', ImDecryptError],
  ['__esModule', true],
  ['name', 'Im'], // Minifying took it.
] as const) {
  Object.defineProperty(Im, key, { value, enumerable: false });
}
export default Im;

import { fileURLToPath } from 'node:url';

/**
 * For Rolldown and Vite: round the arithmetic of the cipher library, the helpers of ours (`src/lean`) that do what is
 * needed of its own, and no more. The core of ChaCha20, Poly1305 and how they are put together stay the library's.
 */
export const leanCipher = () => ({
  name: 'lean-cipher',
  apply: 'build',
  enforce: 'pre',
  resolveId(source, importer = '') {
    const [, helper] = (importer.includes('@noble/ciphers') && /^\.\/_?(arx|utils)\.js$/.exec(source)) || [];
    return helper && fileURLToPath(new URL(`src/lean/${helper}.ts`, import.meta.url));
  },
});

/** The library's checks, which give back nothing, or what they were given. */
export const pureInCipher = ['abytes', 'aexists', 'aoutput'];

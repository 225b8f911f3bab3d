import { fileURLToPath } from 'node:url';

import vue from '@vitejs/plugin-vue';
import { build } from 'esbuild';
import { defineConfig, type Plugin } from 'vite';

const server = process.env['TRIALOGUE_SERVER'] ?? 'http://127.0.0.1:8080';

const FILE = 'embed.js';
const source = fileURLToPath(new URL('./src/embed/embed.ts', import.meta.url));

/** One classic script under a name that stays: other people's pages point at it. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2020',
    charset: 'utf8',
    write: false,
    conditions: ['@trialogue/source'],
  });
  return outputFiles[0].text;
}

/** Makes `/embed.js`, in the build and on the development server. */
const embedScript = (): Plugin => ({
  name: 'trialogue-embed',
  configureServer(server) {
    server.middlewares.use(`/${FILE}`, (_, answer, next) => {
      bundled().then((text) => {
        answer.setHeader('content-type', 'text/javascript; charset=utf-8');
        answer.end(text);
      }, next);
    });
  },
  async generateBundle() {
    this.emitFile({ type: 'asset', fileName: FILE, source: await bundled() });
  },
});

export default defineConfig({
  resolve: { conditions: ['@trialogue/source', 'module', 'browser', 'development|production'] },
  plugins: [vue(), embedScript()],
  define: { __VUE_OPTIONS_API__: 'false' },
  server: {
    proxy: {
      '/api': server,
      '/demo': server,
      '/platform': server,
      '/sdk': server,
      '/ws': { target: server, ws: true },
    },
  },
  build: {
    target: 'es2022',
    // The pages are served with img-src 'self': an inlined picture would be a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Apart from ours, because it changes rarely; router and store are no part of the first page.
        codeSplitting: { groups: [{ name: 'vue', test: /node_modules[\\/](@vue|vue)[\\/]/ }] },
      },
    },
  },
});

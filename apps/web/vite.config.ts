import { fileURLToPath } from 'node:url';

import vue from '@vitejs/plugin-vue';
import { build } from 'esbuild';
import { defineConfig, type Plugin } from 'vite';

import { lean } from '../../scripts/parts/lean.mjs';
import { smaller } from '../../scripts/parts/smaller.mjs';

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

const pathOf = (file: string) => fileURLToPath(new URL(`./src/${file}`, import.meta.url));
const START = pathOf('start.ts');
const FRAME = pathOf('views/groupConversation/useFrame.ts');
const CONVERSATION = pathOf('views/groupConversation/ConversationPane.vue');
const PAGES = ['workbench/Workbench.vue', 'login/Login.vue', 'createGroup/CreateGroup.vue'].map((page) =>
  pathOf(`views/${page}`),
);

type Graph = { getModuleInfo(id: string): { importedIds: readonly string[] } | null };
const reached = new Map<string, ReadonlySet<string>>();

/** A file and all that it imports at once. */
function closure(graph: Graph, begin: string): ReadonlySet<string> {
  const known = reached.get(begin);
  if (known) return known;
  const found = new Set<string>();
  const waiting = [begin];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  reached.set(begin, found);
  return found;
}

/** Reached through the index of its package by everybody, and used by what comes later. */
const LATER = /protocol[\\/]src[\\/]limits\.ts$/;

/**
 * What is fetched together is one file, or it would be many small ones for the sake of the lazy parts that need a little
 * of it: `start` every page and every frame needs, `conversation` comes with a conversation.
 */
function fileOf(id: string, graph: Graph): string | null {
  const isIn = (begin: string) => closure(graph, begin).has(id);
  if (isIn(pathOf('main.ts')) || LATER.test(id)) return null;
  if (isIn(START) || (isIn(FRAME) && isIn(CONVERSATION))) return 'start';
  if (!isIn(CONVERSATION)) return null;
  return PAGES.some(isIn) ? 'shared' : 'conversation';
}

/** The first file asks for `start` as soon as it is there. The page says it before. */
const startPreloaded = (): Plugin => ({
  name: 'trialogue-preload',
  transformIndexHtml: {
    order: 'post',
    handler(_, { bundle = {} }) {
      const chunks = Object.values(bundle).filter((each) => each.type === 'chunk');
      const start = chunks.find((chunk) => chunk.facadeModuleId === START || START in chunk.modules);
      const tag = (rel: string, href: string) => ({
        tag: 'link',
        attrs: { rel, crossorigin: true, href: `/${href}` },
        injectTo: 'head' as const,
      });
      if (!start) return [];
      const entry = chunks.find((chunk) => chunk.isEntry);
      const scripts = [start.fileName, ...start.imports].filter((file) => file !== entry?.fileName);
      const styles = [...(start.viteMetadata?.importedCss ?? [])];
      return [...scripts.map((file) => tag('modulepreload', file)), ...styles.map((file) => tag('stylesheet', file))];
    },
  },
});

/** What is fetched before the first message counts byte by byte. */
const smallest = (): Plugin => ({
  name: 'trialogue-smallest',
  apply: 'build',
  enforce: 'post',
  async generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === 'chunk') ({ code: file.code } = await smaller(file.code, { isModule: true }));
    }
  },
});

export default defineConfig({
  resolve: { conditions: ['@trialogue/source', 'module', 'browser', 'development|production'] },
  plugins: [vue(), lean(), embedScript(), startPreloaded(), smallest()],
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
        // Every file lists those that it may fetch: names without words are a kilobyte less. What is what, the manifest says.
        entryFileNames: 'assets/[hash:7].js',
        chunkFileNames: 'assets/[hash:7].js',
        assetFileNames: 'assets/[hash:7][extname]',
        // Apart from ours, because it changes rarely; router and store are no part of the first page.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: 'vue', test: /node_modules[\\/](@vue|vue)[\\/]/ }, { name: fileOf }],
        },
      },
    },
  },
});

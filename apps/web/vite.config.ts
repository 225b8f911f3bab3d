import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const server = process.env['TRIALOGUE_SERVER'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  resolve: { conditions: ['@trialogue/source', 'module', 'browser', 'development|production'] },
  plugins: [vue()],
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
        codeSplitting: { groups: [{ name: 'vue', test: /node_modules[\\/](@vue|vue|vue-router|pinia)[\\/]/ }] },
      },
    },
  },
});

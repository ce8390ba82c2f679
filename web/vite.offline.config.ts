import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// The service worker: one file under a name that stays, after the build of the workspace. scripts/offline.mjs tells it that build's files.
export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2022',
    sourcemap: false,
    emptyOutDir: false,
    rolldownOptions: {
      input: fileURLToPath(new URL('./src/offline/worker.ts', import.meta.url)),
      output: { entryFileNames: 'sw.js' },
    },
  },
});

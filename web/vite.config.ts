import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { antdCss } from './scripts/antdCss.ts';

// The server that answers /api while developing: PIPEWRIGHT_URL=http://127.0.0.1:8080 npm run dev
const server = process.env.PIPEWRIGHT_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react(), antdCss(fileURLToPath(new URL('./src', import.meta.url)))],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { host: '127.0.0.1', proxy: { '/api': server } },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    sourcemap: false,
    // For scripts/offline.mjs, which takes it away.
    manifest: true,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // Files under assets/ carry a content hash and are served as immutable.
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
        // What every page needs first comes in one file: thirty small ones cost 20 KiB of headers and compress worse.
        codeSplitting: { groups: [{ name: 'shell', tags: ['$initial'] }] },
      },
    },
  },
});

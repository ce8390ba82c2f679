import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { antdCss } from './scripts/antdCss.ts';

// The pages for people who have not signed in, /p/…, /t/… and /share/…, are a build of their own: they share no file with the workspace, so a customer's
// phone loads nothing of it. It adds to dist, after the build of the workspace.
export default defineConfig({
  plugins: [react(), antdCss(fileURLToPath(new URL('./src', import.meta.url)))],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  worker: { format: 'es' },
  publicDir: false,
  build: {
    target: 'es2022',
    sourcemap: false,
    emptyOutDir: false,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      input: fileURLToPath(new URL('./outside.html', import.meta.url)),
      output: {
        entryFileNames: 'assets/o-[name]-[hash].js',
        chunkFileNames: 'assets/o-[name]-[hash].js',
        assetFileNames: 'assets/o-[name]-[hash][extname]',
        codeSplitting: { groups: [{ name: 'outside', tags: ['$initial'] }] },
      },
    },
  },
});

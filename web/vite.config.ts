import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import tailwind from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

// The development server hands REST and the live socket on to a Trinity server,
// by default to the mock of dev/mock-server.mjs.
const server = process.env.TRINITY_DEV_SERVER ?? 'http://127.0.0.1:8787'

/** Pages are served by the program that they were made with, so its version is known without asking. */
const version = readFileSync(new URL('../VERSION', import.meta.url), 'utf8').trim()

/** The font every page shows is asked for at once, so that text does not change its width while loading. */
const preloadFonts: Plugin = {
  name: 'preload-fonts',
  transformIndexHtml: {
    order: 'post',
    handler: (_, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((file) => /inter-latin-wght-normal.*\.woff2$/.test(file))
        .map((file) => ({
          tag: 'link',
          injectTo: 'head' as const,
          attrs: {
            rel: 'preload',
            as: 'font',
            type: 'font/woff2',
            href: `/${file}`,
            crossorigin: '',
          },
        })),
  },
}

export default defineConfig({
  plugins: [vue(), tailwind(), preloadFonts],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: { __TRINITY_VERSION__: JSON.stringify(version) },
  build: {
    target: 'es2022',
    // Small files must stay files: the server's content policy allows no data: fonts.
    assetsInlineLimit: 0,
    reportCompressedSize: true,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': server,
      '/token': server,
      '/health': server,
      '/ws': { target: server.replace(/^http/, 'ws'), ws: true },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
    restoreMocks: true,
  },
})

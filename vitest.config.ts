import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(`packages/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: {
      '@haproxystats/core/health': source('core/src/program/health.ts'),
      '@haproxystats/core/program': source('core/src/program/index.ts'),
      '@haproxystats/core/snapshot': source('core/src/snapshot/index.ts'),
      '@haproxystats/core': source('core/src/index.ts'),
      '@haproxystats/haproxy/status': source('haproxy/src/stat/status.ts'),
      '@haproxystats/haproxy/read': source('haproxy/src/read.ts'),
      '@haproxystats/process/options': source('process/src/options.ts'),
      '@haproxystats/pull/options': source('pull/src/options.ts'),
      '@haproxystats/haproxy': source('haproxy/src/index.ts'),
    },
  },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    // Most of the time of tests that start processes is waiting.
    maxWorkers: 4,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})

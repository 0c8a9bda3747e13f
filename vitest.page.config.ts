import { mergeConfig } from 'vitest/config'
import everyday from './vitest.config.ts'

/** What needs a browser: the page, in Debian's chromium. One file at a time, so that one browser is measured at a time. */
const { include: _, ...test } = everyday.test ?? {}

export default mergeConfig(
  { ...everyday, test },
  {
    test: {
      include: ['test/page/**/*.page.ts'],
      testTimeout: 120_000,
      hookTimeout: 120_000,
      fileParallelism: false,
      expect: { poll: { timeout: 20_000 } },
    },
  },
)

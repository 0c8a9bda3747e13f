import { mergeConfig } from 'vitest/config'
import everyday from './vitest.config.ts'

/** Real HAProxy processes of the release that is first in PATH. Files are named on the command line by scripts/releases.mjs. */
const { include: _, ...test } = everyday.test ?? {}

export default mergeConfig(
  { ...everyday, test },
  {
    test: {
      include: ['test/releases/**/*.releases.ts', 'test/**/*.test.ts'],
      testTimeout: 120_000,
      hookTimeout: 120_000,
      maxWorkers: 2,
    },
  },
)

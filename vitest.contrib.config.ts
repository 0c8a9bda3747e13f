import { mergeConfig } from 'vitest/config'
import everyday from './vitest.config.ts'

/** What needs other people's large programs: nagios4, ansible, puppet, monit. */
const { include: _, ...test } = everyday.test ?? {}

export default mergeConfig(
  { ...everyday, test },
  { test: { include: ['test/contrib/**/*.contrib.ts'], testTimeout: 150_000, maxWorkers: 2 } },
)

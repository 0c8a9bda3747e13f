import { mergeConfig } from 'vitest/config'
import everyday from './vitest.config.ts'

/** Both programs for half an hour, or SOAK_SECONDS. */
const { include: _, ...test } = everyday.test ?? {}

export default mergeConfig({ ...everyday, test }, { test: { include: ['test/soak/*.soak.ts'] } })

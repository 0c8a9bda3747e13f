import { createOptionTable } from '@haproxystats/core'
import { pullSections } from '@haproxystats/pull/options'
import { processSections } from './options.ts'

/** Every section and option of the configuration file, which both programs read. */
export const optionTable = createOptionTable({ ...pullSections, ...processSections })

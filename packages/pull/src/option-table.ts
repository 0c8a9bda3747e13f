import { createOptionTable } from '@haproxystats/core'
import { processSections } from '@haproxystats/process/options'
import { pullSections } from './options.ts'

/** Every section and option of the configuration file, which both programs read. */
export const optionTable = createOptionTable({ ...pullSections, ...processSections })

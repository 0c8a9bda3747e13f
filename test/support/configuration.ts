import {
  type Configuration,
  type ConfigurationText,
  createOptionTable,
  readConfiguration as read,
  renderDiagnostic,
  StatsError,
} from '@haproxystats/core'
import { processSections } from '@haproxystats/process/options'
import { pullSections } from '@haproxystats/pull/options'

/** Every section and option of both programs. */
export const optionTable = createOptionTable({ ...pullSections, ...processSections })

export function readConfiguration(texts: readonly ConfigurationText[]) {
  return read(texts, optionTable)
}

/** The configuration of one text. Throws a `StatsError` with code CONFIGURATION naming every mistake. */
export function parseConfiguration(text: string, file = 'configuration'): Configuration {
  const { configuration, errors } = readConfiguration([{ file, text }])
  if (configuration === undefined) throw new StatsError('CONFIGURATION', errors.map(renderDiagnostic).join('\n'))
  return configuration
}

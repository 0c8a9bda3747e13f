import {
  type Configuration,
  type ConfigurationResult,
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

/** The errors of files with these texts, as they are printed; the first file is called `a.conf`, the next `1.conf`. */
export function errorsIn(...texts: string[]): string[] {
  return readTexts(texts).errors.map(renderDiagnostic)
}

export function warningsIn(...texts: string[]): string[] {
  return readTexts(texts).warnings.map(renderDiagnostic)
}

export function readTexts(texts: readonly string[]): ConfigurationResult {
  return readConfiguration(texts.map((text, index) => ({ file: index === 0 ? 'a.conf' : `${index}.conf`, text })))
}

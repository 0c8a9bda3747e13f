import type { Configuration, ConfigurationResult, Diagnostic } from '@haproxystats/core'

/** Remarks on a valid configuration: in the example of haproxystats 0.5.2 both times are equal. */
export function notes(reading: ConfigurationResult, { pull }: Configuration): Diagnostic[] {
  const [option, seconds] = ['pull-timeout', pull['pull-timeout']] as const
  if (reading.place('pull', option) === undefined || seconds !== pull['pull-interval']) return []
  const message = 'equal to pull-interval: a pull ends a little before the next begins in any case'
  return [{ section: 'pull', option, found: String(seconds), message, hint: 'write 0 for no other limit' }]
}

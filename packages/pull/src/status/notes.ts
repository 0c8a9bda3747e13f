import type { Configuration, ConfigurationResult, Diagnostic } from '@haproxystats/core'

/** What is worth knowing of a configuration without a mistake: the example of haproxystats 0.5.2 has both times equal. */
export function notes(reading: ConfigurationResult, { pull }: Configuration): Diagnostic[] {
  const [option, seconds] = ['pull-timeout', pull['pull-timeout']] as const
  if (reading.place('pull', option) === undefined || seconds !== pull['pull-interval']) return []
  const message = 'as long as pull-interval: a pull ends a little before the next begins all the same'
  return [{ section: 'pull', option, found: String(seconds), message, hint: 'write 0 for no other limit' }]
}

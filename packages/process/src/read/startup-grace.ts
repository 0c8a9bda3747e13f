import { type Field, type Info, infoFields, infoNumber, statFields } from '@haproxystats/haproxy/read'

/** Fields that HAProxy itself averages over a while, and that say little until it has run for one. */
const averagesOf = (fields: readonly Field[]): ReadonlySet<string> =>
  new Set(fields.filter(({ merge }) => merge === 'weighted-mean').map(({ name }) => name))

export const youngAverages = { info: averagesOf(infoFields), stat: averagesOf(statFields) }

/** Whether a process was started so few seconds ago, by its own word, that its averages are left out. */
export function isYoung(info: Info, grace: number): boolean {
  return infoNumber(info, 'Uptime_sec') < grace
}

/** The answer to `show info` without averages. */
export function infoWithoutAverages(info: Info): Info {
  return new Map([...info].filter(([name]) => !youngAverages.info.has(name)))
}

/** The answer to `show stat` with `-` in the place of the names of averages, which is how HAProxy names what is no column. */
export function statWithoutAverages(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0x0a)
  if (end === -1) return bytes
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, end).toString('latin1')
  const names = header.split(',').map((name) => (youngAverages.stat.has(name) ? '-' : name))
  return Buffer.concat([Buffer.from(names.join(','), 'latin1'), bytes.subarray(end)])
}

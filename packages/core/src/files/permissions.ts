import { statSync } from 'node:fs'
import type { Diagnostic } from '../configuration/diagnostic.ts'
import type { ConfigurationResult } from '../configuration/read.ts'

const othersMayRead = 0o004
const othersMayWrite = 0o002

/**
 * What everybody may do to a file and should not: write it, or read it when it is `secret`. Undefined when all is well,
 * and for a file that cannot be looked at.
 */
export function openToAll(
  path: string,
  { secret }: { secret: boolean },
): Required<Pick<Diagnostic, 'message' | 'hint'>> | undefined {
  const mode = readMode(path)
  const read = secret && (mode & othersMayRead) !== 0
  const write = (mode & othersMayWrite) !== 0
  if (!read && !write) return undefined
  const done = [...(read ? ['read'] : []), ...(write ? ['written'] : [])].join(' and ')
  const shown = (mode & 0o7777).toString(8).padStart(4, '0')
  return { message: `may be ${done} by everybody (mode ${shown})`, hint: `chmod ${secret ? 'o-rwx' : 'o-w'} ${path}` }
}

function readMode(path: string): number {
  try {
    return statSync(path).mode
  } catch {
    return 0
  }
}

/** The files of a configuration that everybody may write, or read although a password stands in them. */
export function configurationPermissions(reading: ConfigurationResult): Diagnostic[] {
  const secrets = Object.entries(reading.table.sections).flatMap(([section, { options }]) => {
    const addresses = Object.keys(options).filter((name) => options[name]!.kind === 'addresses')
    const withPassword = addresses.filter((name) => /https?:\/\/[^/?#,\s]*@/i.test(reading.text(section, name) ?? ''))
    return withPassword.map((name) => reading.place(section, name)?.file)
  })
  return reading.files.flatMap((file) => {
    const open = openToAll(file, { secret: secrets.includes(file) })
    return open === undefined ? [] : [{ file, ...open }]
  })
}

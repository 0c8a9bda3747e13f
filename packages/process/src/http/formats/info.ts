import type { Info } from '@haproxystats/haproxy/read'
import { quoted } from './cells.ts'

/** As HAProxy answers `show info`, with the empty line at its end. */
export function infoText(info: Info): string {
  return `${Array.from(info, ([name, value]) => `${name}: ${quoted(value)}\n`).join('')}\n`
}

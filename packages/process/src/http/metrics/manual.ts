import { type RowKind, rowKinds } from '../live/view.ts'
import { derivedNames, spreadNames } from './derived-names.ts'
import { infoFieldsWithout, infoMetrics, infoTexts } from './info-metrics.ts'
import { parameters, scopes } from './metrics-query.ts'
import { ownMetrics } from './render-own.ts'
import { statFieldsWithout, statMetrics } from './stat-metrics.ts'
import { countMetrics, stateMetrics } from './states.ts'

/** The chapter on `/metrics`: what can be asked for, and which field has which name there. */
export function renderPrometheus(): string {
  return [
    table(
      ['parameter', 'what'],
      Object.entries(parameters).map(([name, what]) => [code(name), what]),
    ),
    table(
      ['scope', 'metrics'],
      Object.entries(scopes).map(([name, what]) => [code(name), what.replace(/(haproxy(?:stats)?_[a-z_]*\*)/, '`$1`')]),
    ),
    '## Rows of `show stat`',
    `Names follow \`haproxy_frontend_\`, \`haproxy_listener_\`, \`haproxy_backend_\` or \`haproxy_server_\`. Those in italics are ours, in the manner of HAProxy's exporter, which does not have them. Fields of modules have their own names, with \`extra-counters\`.`,
    table(['field', 'metric', 'of', 'type', 'what'], rowsOfStat()),
    `Not here: ${left(statFieldsWithout)}.`,
    '## Lines of `show info`',
    'Names follow `haproxy_process_`.',
    table(['line', 'metric', 'type', 'what'], rowsOfInfo()),
    `Not here: ${left(infoFieldsWithout)}.`,
    '## haproxystats itself',
    table(
      ['metric', 'type', 'what'],
      ownMetrics.map(({ name, type, help }) => [code(name), type, help]),
    ),
  ].join('\n\n')
}

const letters: Readonly<Record<RowKind, string>> = { frontend: 'F', listener: 'L', backend: 'B', server: 'S' }

function rowsOfStat(): string[][] {
  const states = stateMetrics.map(({ field, name, kinds, help }) => {
    const of = rowKinds.filter((kind) => kinds.includes(kind)).map((kind) => letters[kind])
    return [code(field), `${code(name)} by \`state\``, of.join(' '), 'gauge', help]
  })
  const fields = statMetrics.map(({ field, name, label, ofServers, kinds, type, help, ours }) => {
    const names = ofServers === undefined ? code(name) : `${code(name)}, of servers ${code(ofServers)}`
    const shown = label === undefined ? names : `${names}, \`${label[0]}="${label[1]}"\``
    return [code(field), ours ? `*${shown}*` : shown, [...kinds].join(' '), type, help]
  })
  const counts = countMetrics.map(({ name, help }) => ['', `${code(name)} by \`state\``, 'B', 'gauge', help])
  return [...states, ...fields, ...counts]
}

function rowsOfInfo(): string[][] {
  const texts = infoTexts.map(({ field, name, label, help }) => [
    code(field),
    `${code(name)} by \`${label}\``,
    'gauge',
    help,
  ])
  const numbers = infoMetrics.map(({ field, name, type, help, ours }) => {
    return [code(field), ours ? `*${code(name)}*` : code(name), type, help]
  })
  const derived = [...derivedNames, ...spreadNames].map(({ of, name, label, help }) => {
    const short = code(name.replace('haproxy_process_', ''))
    return [code(of), `*${label === undefined ? short : `${short}, \`${label[0]}="${label[1]}"\``}*`, 'gauge', help]
  })
  return [...numbers, ...texts, ...derived]
}

/** Fields of one reason together. */
function left(without: Readonly<Record<string, string>>): string {
  const reasons = [...new Set(Object.values(without))]
  return reasons
    .map((reason) => {
      const fields = Object.keys(without).filter((field) => without[field] === reason)
      return `${fields.map(code).join(', ')} (${reason})`
    })
    .join('; ')
}

export function code(text: string): string {
  return `\`${text}\``
}

/** A table in Markdown. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

/** One metric as a scraper sees it. */
export interface ParsedFamily {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly unit: string | undefined
  readonly samples: readonly ParsedSample[]
}

export interface ParsedSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** As printed. */
  readonly value: string
}

export type Form = 'text' | 'openmetrics'

const nameOf = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"/
const number = /^(?:-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|NaN|[-+]Inf)$/

/**
 * Reads an exposition as strictly as the formats are written, and throws with the line for everything that is against them: a
 * metric said twice or in two places, samples without a type, two samples of the same labels, a wrong escape, and in
 * OpenMetrics a counter without `_total`, a unit that is not in the name, text behind `# EOF` or none.
 */
export function parseExposition(text: string, form: Form): ParsedFamily[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end')
  const lines = text.split('\n').slice(0, -1)
  if (form === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('the last line is not # EOF')
  const families: (ParsedFamily & { samples: ParsedSample[] })[] = []
  const names = new Set<string>()
  const seen = new Set<string>()
  let open = { name: '', type: '', help: '', unit: undefined as string | undefined, samples: [] as ParsedSample[] }
  for (const [index, line] of lines.entries()) {
    const fail = (why: string): never => {
      throw new Error(`line ${index + 1}: ${why}: ${line}`)
    }
    const meta = /^# (HELP|TYPE|UNIT) (\S+) (.+)$/.exec(line)
    if (meta !== null) {
      const [, keyword, name = '', value = ''] = meta
      if (nameOf.exec(name)?.[0] !== name) fail('not a name')
      if (name !== open.name || open.samples.length > 0) {
        if (names.has(name)) fail('a metric is begun twice')
        names.add(name)
        open = { name, type: '', help: '', unit: undefined, samples: [] }
        families.push(open)
      }
      if (keyword === 'TYPE') open.type = value
      if (keyword === 'HELP') open.help = value
      if (keyword === 'UNIT') open.unit = value
      if (keyword === 'UNIT' && !name.endsWith(`_${value}`)) fail('a unit that the name does not end with')
      if (keyword === 'UNIT' && form === 'text') fail('there are no units in this form')
      continue
    }
    if (line.startsWith('#') || line === '') fail('neither a sample nor one of HELP, TYPE, UNIT')
    const sample = sampleOf(line, fail)
    const wanted = form === 'openmetrics' && open.type === 'counter' ? `${open.name}_total` : open.name
    if (sample.name !== wanted) fail(`a sample of another metric than ${wanted}`)
    if (!['counter', 'gauge', ...(form === 'openmetrics' ? ['unknown'] : ['untyped'])].includes(open.type))
      fail('no type')
    if (open.help === '') fail('no help')
    if (open.type === 'counter' && !/^\d/.test(sample.value)) fail('a counter that is no number from 0 on')
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()])
    if (seen.has(key)) fail('the same sample twice')
    seen.add(key)
    open.samples.push(sample)
  }
  const empty = families.find(({ samples }) => samples.length === 0)
  if (empty !== undefined) throw new Error(`${empty.name} has no samples`)
  return families
}

function sampleOf(line: string, fail: (why: string) => never): ParsedSample {
  const name = nameOf.exec(line)?.[0] ?? fail('no name')
  let rest = line.slice(name.length)
  const labels: Record<string, string> = {}
  if (rest.startsWith('{')) {
    rest = rest.slice(1)
    for (;;) {
      const [whole, key, value] = label.exec(rest) ?? fail('a label that cannot be read')
      if (Object.hasOwn(labels, key as string)) fail('a label twice')
      labels[key as string] = unescaped(value as string)
      rest = rest.slice((whole as string).length)
      if (!rest.startsWith(',')) break
      rest = rest.slice(1)
    }
    if (!rest.startsWith('}')) fail('labels that do not end')
    rest = rest.slice(1)
  }
  const value = rest.slice(1)
  if (!rest.startsWith(' ') || !number.test(value)) fail('no value')
  return { name, labels, value }
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_whole, letter: string) => (letter === 'n' ? '\n' : letter))
}

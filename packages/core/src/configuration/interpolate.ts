import type { Diagnostic } from './diagnostic.ts'
import { didYouMean } from './nearest.ts'
import type { Setting, Settings } from './settings.ts'

/** The value of an option with all its `${…}` replaced, or why that is impossible; `undefined` when it is unset. */
export type Interpolated = { readonly text: string } | { readonly error: Diagnostic } | undefined

interface Step {
  readonly section: string
  readonly option: string
  readonly setting: Setting
}

/** A dollar sign with what belongs to it: `$$`, `${section:option}`, or a `$` that means nothing. */
const dollar = /\$\$|\$\{([^{}]{1,500})\}|\$/g

/** More than anybody writes: a reference to an option that refers to another, and so on, and what comes of them. */
const deepest = 100
const longest = 1024 ** 2

/**
 * Returns a function that gives the value of an option as `configparser` with `ExtendedInterpolation` does: `${section:option}`,
 * `${option}` of the section that asks or of `[DEFAULT]`, `$$` for a dollar sign, nested 100 levels deep. A `$` that begins
 * none of these is a mistake, except in a section of patterns, where it is the end of a name unless a `{` follows.
 */
export function createInterpolation(settings: Settings): (section: string, option: string) => Interpolated {
  const known = new Map<string, Interpolated>()

  function resolve(section: string, option: string, steps: readonly Step[]): Interpolated {
    const setting = settings.find(section, option)
    if (setting === undefined) return undefined
    const repeated = steps.findIndex((step) => step.section === section && step.option === option)
    if (repeated !== -1) return loop(steps.slice(repeated))
    if (steps.length > deepest) return errorAt(setting, `is more than ${deepest} references deep`, tooMuch)
    const name = JSON.stringify([section, option])
    if (!known.has(name)) known.set(name, expand({ section, option, setting }, steps))
    return known.get(name)
  }

  function expand(step: Step, steps: readonly Step[]): Interpolated {
    const { section, setting } = step
    let output = ''
    let end = 0
    for (const match of setting.text.matchAll(dollar)) {
      output += setting.text.slice(end, match.index)
      end = match.index + match[0].length
      const reference = match[1]
      if (match[0] === '$$') output += '$'
      else if (reference === undefined) {
        if (settings.table.section(section)?.entries !== 'patterns' || setting.text[end] === '{')
          return loneDollar(step, end)
        output += '$'
      } else {
        const target = parseReference(settings, reference, section)
        const there = target !== undefined && settings.has(target.section)
        const value = there ? resolve(target.section, target.option, [...steps, step]) : undefined
        if (value === undefined) return unknownReference(step, reference, settings)
        if ('error' in value) return value
        output += value.text
        if (output.length > longest) {
          return errorAt(setting, `becomes longer than ${longest} characters by what it refers to`, tooMuch)
        }
      }
    }
    return { text: output + setting.text.slice(end) }
  }

  return (section, option) => resolve(section, option, [])
}

/** The options that a value refers to, whether they are there or not. */
export function findReferences(settings: Settings, { section, text }: Setting): { section: string; option: string }[] {
  const references = [...text.matchAll(dollar)].flatMap((match) => match[1] ?? [])
  return references.flatMap((reference) => parseReference(settings, reference, section) ?? [])
}

function parseReference(
  { table }: Settings,
  reference: string,
  section: string,
): { section: string; option: string } | undefined {
  const colon = reference.lastIndexOf(':')
  const target = colon === -1 ? section : reference.slice(0, colon)
  if (colon !== -1 && target.includes(':') && table.familyOf(target) === undefined) return undefined
  return { section: target, option: reference.slice(colon + 1).toLowerCase() }
}

function errorAt({ section, option, text, place }: Setting, message: string, hint?: string): { error: Diagnostic } {
  return { error: { ...place, section, option, found: text, message, hint } }
}

const tooMuch = 'write the value itself'

function loneDollar({ setting }: Step, end: number): { error: Diagnostic } {
  if (setting.text[end] === '{') {
    return errorAt(setting, '${ without a name and a closing }', 'write $$ for a dollar sign')
  }
  return errorAt(setting, 'a $ that is followed by neither $ nor {', 'write $$ for a dollar sign')
}

function unknownReference({ section, setting }: Step, reference: string, settings: Settings): { error: Diagnostic } {
  const { table } = settings
  const target = parseReference(settings, reference, section)
  if (target === undefined) {
    return errorAt(setting, `\${${reference}} has more than one colon`, 'write ${section:option} or ${option}')
  }
  if (!settings.has(target.section)) {
    const names = new Set([...Object.keys(table.sections), ...settings.given.keys()])
    const hint = didYouMean(target.section, names)
    return errorAt(setting, `\${${reference}} refers to the section [${target.section}], which does not exist`, hint)
  }
  const options = [
    ...Object.keys(table.section(target.section)?.options ?? {}),
    ...(settings.given.get(target.section)?.keys() ?? []),
    ...(settings.given.get('DEFAULT')?.keys() ?? []),
  ]
  const unset = options.includes(target.option)
  const hint = unset ? `set ${target.option} in [${target.section}]` : didYouMean(target.option, options)
  const wrong = unset ? 'is not set' : 'does not exist'
  return errorAt(setting, `\${${reference}} refers to ${target.option} of [${target.section}], which ${wrong}`, hint)
}

/** Tells of a loop at the first of its settings that stand in a file, whichever option it was met from. */
function loop(steps: readonly Step[]): { error: Diagnostic } {
  const inFiles = steps.filter((step) => step.setting.place !== undefined)
  const first = inFiles.reduce((a, b) => (b.setting.place!.line < a.setting.place!.line ? b : a))
  const start = steps.indexOf(first)
  const names = [...steps.slice(start), ...steps.slice(0, start), first].map(
    ({ section, option }) => `[${section}] ${option}`,
  )
  return errorAt(first.setting, `refers to itself: ${names.join(' → ')}`, 'write one of them without the other')
}

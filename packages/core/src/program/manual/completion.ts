import type { Option } from 'commander'
import type { CommandLineDefinition } from '../command-line.ts'
import { valueName, visibleOptions } from './command-page.ts'

const origin = '# Printed by npm run docs from the command line of the program; changes here are lost.'

/** What bash's `compgen` and zsh's `_arguments` offer for a value, by its name; nothing without a value for bash. */
const values: Readonly<Record<string, { readonly bash?: string; readonly zsh: string }>> = {
  file: { bash: '-f', zsh: '_files' },
  dir: { bash: '-d', zsh: '_files -/' },
  check: { zsh: ' ' },
  number: { zsh: ' ' },
  seconds: { zsh: ' ' },
}

function completeValue(option: Option): { name: string; bash?: string; zsh: string } | undefined {
  const name = valueName(option)
  if (name === undefined) return undefined
  const row = values[name]
  if (row === undefined) throw new Error(`completion: nothing is known of the value <${name}> of ${option.long}`)
  return { name, ...row }
}

function flagNames({ short, long }: Option): string[] {
  return [short, long].filter((name) => name !== undefined)
}

/** Completion for bash, which its completion library loads by the program's name. */
export function renderBashCompletion(definition: CommandLineDefinition): string {
  const { name } = definition
  const options = visibleOptions(definition)
  const own = `_${name.replaceAll('-', '_')}`
  const cases = options.flatMap((option) => {
    const value = completeValue(option)
    if (value === undefined) return []
    const offer =
      value.bash === undefined
        ? ['      COMPREPLY=()']
        : ['      compopt -o filenames', `      mapfile -t COMPREPLY < <(compgen ${value.bash} -- "$2")`]
    return [`    ${flagNames(option).join(' | ')})`, ...offer, '      ;;']
  })
  const words = options.flatMap(flagNames).join(' ')
  return `${[
    origin,
    `${own}() {`,
    '  case $3 in',
    ...cases,
    '    *)',
    `      mapfile -t COMPREPLY < <(compgen -W '${words}' -- "$2")`,
    '      ;;',
    '  esac',
    '}',
    `complete -F ${own} ${name}`,
  ].join('\n')}\n`
}

/** Completion for zsh: a file of its function path. */
export function renderZshCompletion(definition: CommandLineDefinition): string {
  const lines = visibleOptions(definition).map((option) => {
    const names = flagNames(option)
    const value = completeValue(option)
    const description = option.description.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''")
    const one = names.length === 1 ? `'${names[0]}` : `'(${names.join(' ')})'{${names.join(',')}}'`
    return `  ${one}[${description}]${value === undefined ? '' : `${option.optional ? '::' : ':'}${value.name}:${value.zsh}`}'`
  })
  return `${[`#compdef ${definition.name}`, origin, '_arguments -s \\', lines.join(' \\\n')].join('\n')}\n`
}

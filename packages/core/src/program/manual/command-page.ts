import type { Option } from 'commander'
import { type CommandLineDefinition, createProgram, defaultFile } from '../command-line.ts'
import { exitCodes } from '../exit-codes.ts'
import { bold, italic, item, literal, page, prose, verbatim } from './roff.ts'

/** What both programs do. */
const context =
  'haproxystats-pull reads all HAProxy processes at the same instant and writes their answers into a directory, the queue. haproxystats-process reads the queue, merges the processes, delivers datapoints to Graphite, and serves a page and Prometheus metrics. Each runs without the other: undelivered snapshots wait in the queue.'

const signals =
  'SIGTERM, SIGINT and SIGHUP end the program cleanly; a second one ends it at once. Neither loses anything. Settings are read at the start: to change them, restart it.'

/** The manual page of a program, chapter 1, from its command line. */
export function renderCommandPage(definition: CommandLineDefinition): string {
  const { name, summary } = definition
  const other = name === 'haproxystats-pull' ? 'haproxystats-process' : 'haproxystats-pull'
  const first = `${summary.charAt(0).toLowerCase()}${summary.slice(1).replace(/\.$/, '')}`
  const options = visibleOptions(definition)
  return page(name, 1, first, [
    ['SYNOPSIS', `.B ${literal(name)}`, ...options.map((option) => `[${flags(option, '|')}]`)],
    ['DESCRIPTION', prose(literal(`${summary} ${context}`)), '.PP', prose(literal(signals))],
    ['OPTIONS', ...options.map((option) => item(flags(option, ', '), literal(sentence(option.description))))],
    [
      'EXIT STATUS',
      ...Object.values(exitCodes).map(({ code, summary: meaning }) => item(`.B ${code}`, literal(meaning))),
      ...(definition.health === undefined
        ? []
        : ['.PP', prose(literal('With --health the codes have other meanings; see there.'))]),
    ],
    [
      'ENVIRONMENT',
      item(
        '.B NOTIFY_SOCKET',
        literal('Set by systemd: the program reports there when it is ready, how it is doing, and when it stops.'),
      ),
      item(
        '.B WATCHDOG_USEC',
        literal(
          'Set by systemd: the watchdog timeout. The program sends a ping three times in this time while it makes progress.',
        ),
      ),
    ],
    [
      'FILES',
      item(italic(defaultFile), literal('The settings; read when no other file is named, and may be absent.')),
      item(
        italic(`/var/lib/haproxystats/${name}.status.json`),
        literal('How the program is doing, in base-dir of [paths]; rewritten when it changes.'),
      ),
      item(italic('/var/lib/haproxystats/incoming'), literal('The queue: complete snapshots, one directory each.')),
    ],
    [
      'EXAMPLES',
      prose(literal('Check the settings and the directories without starting:')),
      verbatim([`${name} --check`]),
    ],
    ['SEE ALSO', `${bold(other)}(1),`, `${bold('haproxystats.conf')}(5),`, '.BR haproxy (1)'],
  ])
}

/** In the order of the help. */
export function visibleOptions(definition: CommandLineDefinition): readonly Option[] {
  const command = createProgram(definition)
  return command.createHelp().visibleOptions(command)
}

/** The word of an option that takes a value, such as `file`; `[check]` need not be given. */
export function valueName({ flags: text }: Option): string | undefined {
  return /[<[](.*)[>\]]/.exec(text)?.[1]
}

function flags(option: Option, separator: string): string {
  const value = valueName(option)
  const names = [option.short, option.long].flatMap((name) => (name ? [bold(name)] : [])).join(separator)
  if (value === undefined) return names
  return `${names} ${option.optional ? `[${italic(value)}]` : italic(value)}`
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

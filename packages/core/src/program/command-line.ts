import { Command, CommanderError, Option } from 'commander'
import { nearest } from '../configuration/nearest.ts'
import { version } from '../status.ts'
import { exitCodes } from './exit-codes.ts'

/** The file both programs read when none is named; it may be absent. */
export const defaultFile = '/etc/haproxystats.conf'

/** How a program presents itself on the command line. */
export interface CommandLineDefinition {
  readonly name: string
  readonly summary: string
  /** Whether it has `-d/--dir`. */
  readonly directoryOption: boolean
  /** What it can do instead of running, each by an option of its own. */
  readonly commands?: readonly CommandOption[]
  /** The checks of `--health`; the first one is the default. */
  readonly health?: readonly CommandOption[]
}

/** An option such as `--once`, or a value of `--health`. */
export interface CommandOption {
  readonly name: string
  readonly summary: string
}

/** What the command line asks for. */
export interface Invocation {
  readonly action: 'run' | 'check' | 'print-defaults' | 'print-configuration' | 'command'
  /** With the action `command`: which of the program's own. */
  readonly command?: string
  /** The file named with `-f`. */
  readonly file: string | undefined
  /** The directory named with `-d`. */
  readonly directory: string | undefined
}

/** What there is to say and no more: help, the version, or a mistake. */
export interface Answer {
  readonly code: number
  readonly output: string
  readonly errors: string
}

/** The options; commander checks them and prints the help from them. */
export function createProgram({
  name,
  summary,
  directoryOption,
  commands = [],
  health = [],
}: CommandLineDefinition): Command {
  const command = new Command(name)
    .description(summary)
    .version(version, '-v, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .option('-f, --file <file>', `the configuration file (default: ${defaultFile}, which may be absent)`)
  if (directoryOption) {
    command.option('-d, --dir <dir>', 'read every *.conf of this directory, by name, after the file if one is named')
  }
  const actions = [
    new Option('-p, --print', 'print the default settings'),
    new Option('-P, --print-conf', 'print the settings in effect, without secrets'),
    new Option('--check', 'check everything that can be checked without starting; exit 0 or 1'),
    ...commands.map((own) => new Option(`--${own.name}`, own.summary)),
    ...(health.length > 0 ? [healthOption(health)] : []),
  ]
  const names = actions.map((action) => action.attributeName())
  for (const [index, action] of actions.entries()) command.addOption(action.conflicts(names.slice(index + 1)))
  for (const option of health.length > 0 ? healthSettings : []) command.addOption(option)
  return command.allowExcessArguments(true).showSuggestionAfterError(false).exitOverride()
}

/** What makes `--health` another check; it is read where nothing else of the program is loaded. */
const healthSettings: readonly Option[] = [
  new Option('-w, --warning <number>', 'with --health: WARNING when the value is above this number'),
  new Option('-c, --critical <number>', 'with --health: CRITICAL when the value is above this number'),
  new Option('-t, --timeout <seconds>', 'with --health: UNKNOWN when the answer takes longer; no limit without it'),
]

function healthOption(checks: readonly CommandOption[]): Option {
  const values = checks.map(({ name, summary }, index) => `${name}${index === 0 ? ' (default)' : ''}: ${summary}`)
  const summary = `print how the program is doing in one line, from its status file, and stop; exit 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. ${values.join('. ')}`
  return new Option('--health [check]', summary)
}

/** Reads the arguments after the program's name. */
export function readCommandLine(
  definition: CommandLineDefinition,
  commandArguments: readonly string[],
): Invocation | Answer {
  let output = ''
  const command = createProgram(definition).configureOutput({
    writeOut: (text) => {
      output += text
    },
    writeErr: () => undefined,
    outputError: () => undefined,
  })
  try {
    command.parse(commandArguments, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0
      ? { code: exitCodes.done.code, output, errors: '' }
      : mistake(command, describeError(error))
  }
  const [surplus] = command.args
  if (surplus !== undefined) return mistake(command, `unexpected argument '${surplus}'`, `--${surplus}`)
  const alone = healthSettings.find((option) => command.getOptionValue(option.attributeName()) !== undefined)
  if (alone !== undefined) return mistake(command, `option '${alone.flags}' needs --health`)
  const options = command.opts<{ file?: string; dir?: string; print?: true; printConf?: true; check?: true }>()
  const own = definition.commands?.find(({ name }) => (options as Record<string, unknown>)[name] === true)
  const read = { file: options.file, directory: options.dir }
  return own === undefined
    ? { action: selectAction(options), ...read }
    : { action: 'command', command: own.name, ...read }
}

function selectAction(options: { print?: true; printConf?: true; check?: true }): Invocation['action'] {
  if (options.print) return 'print-defaults'
  if (options.printConf) return 'print-configuration'
  return options.check ? 'check' : 'run'
}

function describeError(error: CommanderError): string {
  return error.message.replace(/^error: /, '')
}

function mistake(command: Command, message: string, word = /^unknown option '(.*)'$/.exec(message)?.[1]): Answer {
  const names = command.options.flatMap(({ long }) => long ?? [])
  const candidate = word === undefined ? undefined : nearest(word.replace(/=.*/, ''), [...names, '--help'])
  const hint = candidate === undefined ? '' : `; did you mean ${candidate}?`
  const name = command.name()
  return {
    code: exitCodes.usage.code,
    output: '',
    errors: `${name}: ${message}${hint}\nTry '${name} --help' for the options.\n`,
  }
}

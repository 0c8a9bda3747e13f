import { spawnSync } from 'node:child_process'
import { CommanderError } from 'commander'
import { renderDiagnostic } from '../configuration/diagnostic.ts'
import { reasonOf } from '../errors.ts'
import type { OptionTable } from '../options/table.ts'
import { printable } from '../text.ts'
import { type CommandLineDefinition, createProgram } from './command-line.ts'
import {
  type HealthCheck,
  type HealthContext,
  HealthError,
  type HealthResult,
  healthStates,
  type Thresholds,
  wholeNumber,
} from './health-check.ts'
import { readInvoked } from './read-invoked.ts'

export * from './health-check.ts'

/** What `--health` needs of a program. */
export interface HealthDefinition extends Omit<CommandLineDefinition, 'summary'> {
  readonly table: OptionTable
  readonly health: readonly HealthCheck[]
}

/** What to print, and the exit code. */
export interface HealthAnswer {
  readonly output: string
  readonly code: number
}

interface HealthOptions {
  readonly file?: string
  readonly dir?: string
  readonly warning?: string
  readonly critical?: string
  readonly timeout?: string
}

/** Whether the arguments of the process ask for the health of the program and not for its help or version. */
export function asksForHealth(commandArguments: readonly string[]): boolean {
  const asked = commandArguments.some((argument) => /^--health(=|$)/.test(argument))
  return asked && !commandArguments.some((argument) => /^(-h|--help|-v|--version)$/.test(argument))
}

/** Prints the health of the program and ends this process with the state as its exit code. */
export function runHealth(definition: HealthDefinition): never {
  const { output, code } = answerHealth(definition, process.argv.slice(2))
  process.stdout.write(output)
  process.exit(code)
}

/**
 * How the program is doing: one line by the Monitoring Plugins guidelines, and the state as exit code. Reads the
 * configuration and the status file and does not talk to the program: the ages in the file show a program that hangs.
 * Whatever goes wrong on the way is UNKNOWN, in the same form.
 */
export function answerHealth(definition: HealthDefinition, commandArguments: readonly string[]): HealthAnswer {
  let { title } = definition.health[0]!
  try {
    const check = findCheck(definition, commandArguments)
    title = check.title
    const options = readOptions(definition, commandArguments)
    const limit = process.env[limited] === undefined ? options.timeout : undefined
    return limit === undefined
      ? render(title, runCheck(definition, check, options))
      : answerWithin(limit, commandArguments)
  } catch (error) {
    const state = error instanceof HealthError ? error.state : 'UNKNOWN'
    return render(title, { state, text: reasonOf(error) })
  }
}

/** The form of the line gives a meaning to "|" and to line breaks, which names and reasons may hold. */
function render(title: string, { state, text, data = [] }: HealthResult): HealthAnswer {
  const shown = printable(text.replace(/[|\n\r]/g, '?'))
  const output = `${title} ${state} - ${shown}${data.length > 0 ? ` | ${data.join(' ')}` : ''}\n`
  return { output, code: healthStates.indexOf(state) }
}

function readOptions(definition: HealthDefinition, commandArguments: readonly string[]): HealthOptions {
  const command = createProgram({ summary: '', ...definition }).configureOutput({ outputError: () => undefined })
  try {
    command.parse(commandArguments, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    throw new HealthError(`${error.message.replace(/^error: /, '')}; -h shows the usage`)
  }
  const [surplus] = command.args
  if (surplus === undefined) return command.opts<HealthOptions>()
  throw new HealthError(`unexpected argument '${surplus}'; -h shows the usage`)
}

/** The check that `--health=<name>` or `--health <name>` asks for: of mistakes in other options it is the title, too. */
function findCheck({ health: checks }: HealthDefinition, commandArguments: readonly string[]): HealthCheck {
  const name = /(?:^|\0)--health(?:=|\0(?!-))([^\0]*)/.exec(commandArguments.join('\0'))?.[1]
  const check = name === undefined ? checks[0] : checks.find((known) => known.name === name)
  if (check !== undefined) return check
  throw new HealthError(`there is no check '${name}', expected ${checks.map((known) => known.name).join(' or ')}`)
}

function runCheck({ table }: HealthDefinition, check: HealthCheck, options: HealthOptions): HealthResult {
  const reading = readInvoked(table, { file: options.file, directory: options.dir })
  const unread = reading.errors.find(({ file, line }) => file !== undefined && line === undefined)
  if (unread !== undefined) throw new HealthError(`the configuration: ${renderDiagnostic(unread)}`)
  const context = { reading, now: Math.floor(Date.now() / 1000) }
  return check.check(context, readThresholds(check, options, context))
}

function readThresholds({ name, defaults }: HealthCheck, options: HealthOptions, context: HealthContext): Thresholds {
  const given = { ...defaults?.(context) }
  for (const level of ['warning', 'critical'] as const) {
    const text = options[level]
    if (text === undefined) continue
    if (defaults === undefined) throw new HealthError(`the check '${name}' takes no --${level}`)
    const number = wholeNumber(text)
    if (number === undefined) throw new HealthError(`--${level} is "${text}", expected a whole number`)
    given[level] = number
  }
  const { warning = 0, critical = 0 } = given
  if (warning <= critical) return { warning, critical }
  throw new HealthError(`--warning is ${warning} and --critical is ${critical}, expected --critical not to be less`)
}

/** Set for the process that does the work of one with `--timeout`. */
const limited = 'HAPROXYSTATS_HEALTH_LIMITED'

/**
 * Lets another process answer, and throws when it takes longer. A process of which a thread waits for a disk cannot exit, so
 * the limit needs another process.
 */
function answerWithin(limit: string, commandArguments: readonly string[]): HealthAnswer {
  const seconds = wholeNumber(limit)
  if (!seconds) throw new HealthError(`--timeout is "${limit}", expected seconds from 1 on`)
  const { status, stdout, error } = spawnSync(process.execPath, [process.argv[1]!, ...commandArguments], {
    encoding: 'utf8',
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
    env: { ...process.env, [limited]: '1' },
  })
  if (status !== null && stdout !== '') return { output: stdout, code: status }
  const late = (error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT'
  throw new HealthError(late ? `timeout: no answer within ${seconds} s` : 'the check ended without an answer')
}

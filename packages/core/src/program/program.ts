import { type Diagnostic, renderDiagnostic } from '../configuration/diagnostic.ts'
import { type FileList, listConfigurationFiles, readConfigurationFiles } from '../configuration/files.ts'
import { renderDefaults, renderEffective } from '../configuration/print.ts'
import { type ConfigurationResult, readConfiguration } from '../configuration/read.ts'
import { configurationPermissions } from '../files/permissions.ts'
import type { Logger } from '../log.ts'
import type { Configuration } from '../options/common.ts'
import type { OptionTable } from '../options/table.ts'
import { printableLines } from '../text.ts'
import {
  type CommandLineDefinition,
  type CommandOption,
  defaultFile,
  type Invocation,
  readCommandLine,
} from './command-line.ts'
import { exitCodes } from './exit-codes.ts'
import { createLogger, type LogFormat, type LogLevel } from './logger.ts'
import { connectServiceManager, type ServiceManager } from './service-manager.ts'
import { superviseRun } from './supervise.ts'

/** What a program gets besides its configuration. */
export interface ProgramContext {
  /** Logs at the level of the program's own section. */
  readonly log: Logger
  /** Aborted when the program is told to stop; its reason is the name of the signal. */
  readonly signal: AbortSignal
  /** Notified by the program when it is ready; `executeProgram` does the rest. */
  readonly service: Pick<ServiceManager, 'ready'>
}

/** What a program does instead of running. */
export interface ProgramCommand extends CommandOption {
  /** Whether everything must be as it must for running, such as directories. */
  readonly asForRunning: boolean
  /** The least severe messages to log; that of the program's own section unless given. */
  readonly loglevel?: LogLevel
  /** Resolves with the exit code. */
  run(configuration: Configuration, context: ProgramContext & { readonly output: Output }): Promise<number>
}

/** A look at the surroundings of a program, when it is `starting` or when it is checked. */
export type Look = (
  configuration: Configuration,
  { starting, reading }: { readonly starting: boolean; readonly reading: ConfigurationResult },
) => readonly Diagnostic[] | Promise<readonly Diagnostic[]>

/** One of the two programs. */
export interface ProgramDefinition extends CommandLineDefinition {
  /** Every section that may stand in its files, of other programs too: a mistake in any of them is one. */
  readonly table: OptionTable
  /** How it logs, by its own section. */
  logging(configuration: Configuration): { readonly loglevel: LogLevel; readonly 'log-format': LogFormat }
  /**
   * What must be right beyond the configuration, such as directories that can be written. With `starting` only what keeps
   * the program from running; `--check` looks at everything. An error with `section` and `option` is completed with the
   * file and line that set it.
   */
  check?: Look
  /**
   * What is odd beyond the configuration and does not keep it from running; printed by `--check` as warnings and, as far as it
   * is looked at when `starting`, in the log.
   */
  warnings?: Look
  readonly commands?: readonly ProgramCommand[]
  /** Notes on a configuration without an error, printed by `--check` only, on standard output. */
  notes?(
    reading: ConfigurationResult,
    configuration: Configuration,
  ): readonly Diagnostic[] | Promise<readonly Diagnostic[]>
  /** How many seconds stopping may take before the process is ended; unlimited unless given. */
  readonly stopsWithin?: number
  /** Resolves when the program has stopped, after `signal` or by itself. A `StatsError` it throws is logged in one line. */
  run(configuration: Configuration, context: ProgramContext): Promise<void>
}

/** Where texts for people go; the log goes to standard output by itself. */
export interface Output {
  out(text: string): void
  error(text: string): void
}

const standardOutput: Output = {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
}

/** Names of HAProxy, paths and values come from outside: nothing of them is left that a terminal would act upon. */
function forPeople(output: Output): Output {
  return {
    out: (text) => output.out(printableLines(text)),
    error: (text) => output.error(printableLines(text)),
  }
}

/**
 * Runs a program with the arguments of this process, and ends the process with its exit code at once: whatever is left
 * open cannot keep it, and a reader that went away, as in `-P | head`, is no error. Writing to a pipe is synchronous.
 */
export async function runProgram(definition: ProgramDefinition): Promise<never> {
  process.exit(await executeProgram(definition, process.argv.slice(2)))
}

/** Does what the arguments ask for and resolves with the exit code. */
export async function executeProgram(
  definition: ProgramDefinition,
  commandArguments: readonly string[],
  standard: Output = standardOutput,
): Promise<number> {
  const output = forPeople(standard)
  const invocation = readCommandLine(definition, commandArguments)
  if ('code' in invocation) {
    output.out(invocation.output)
    output.error(invocation.errors)
    return invocation.code
  }
  if (invocation.action === 'print-defaults') {
    output.out(renderDefaults(definition.table, definition.name))
    return exitCodes.done.code
  }
  const reading = readInvoked(definition, invocation)
  if (invocation.action === 'check') return check(definition, reading, output)
  if (reading.configuration === undefined) {
    output.error(renderErrors(definition, reading.errors))
    return exitCodes.usage.code
  }
  if (invocation.action === 'print-configuration') {
    output.error(renderWarnings(reading.warnings))
    // A file that reads it back wants it exact.
    const exact = process.stdout.isTTY ? output : standard
    exact.out(renderEffective(reading, definition.name))
    return exitCodes.done.code
  }
  const command = definition.commands?.find(({ name }) => name === invocation.command)
  const obstacles = command?.asForRunning === false ? [] : await look(definition.check, reading, true)
  if (obstacles.length > 0) {
    output.error(renderErrors(definition, obstacles))
    return exitCodes.usage.code
  }
  if (command !== undefined) return execute(command, { definition, configuration: reading.configuration, output })
  const warnings = await allWarnings(definition, reading, true)
  return start(definition, reading.configuration, { files: reading.files, warnings })
}

async function allWarnings(
  definition: ProgramDefinition,
  reading: ConfigurationResult,
  starting: boolean,
): Promise<Diagnostic[]> {
  const odd = await look(definition.warnings, reading, starting)
  return [...reading.warnings, ...configurationPermissions(reading), ...odd]
}

async function look(at: Look | undefined, reading: ConfigurationResult, starting: boolean): Promise<Diagnostic[]> {
  if (reading.configuration === undefined) return []
  const found = (await at?.(reading.configuration, { starting, reading })) ?? []
  return found.map((error) => located(error, reading))
}

/** The file named, then those of the directory named; the default file only when nothing is named. */
export function filesToRead({ file, directory }: Pick<Invocation, 'file' | 'directory'>): FileList {
  if (file === undefined && directory === undefined)
    return { files: [{ file: defaultFile, optional: true }], errors: [] }
  const named = file === undefined ? [] : [{ file }]
  const { files, errors } = directory === undefined ? { files: [], errors: [] } : listConfigurationFiles(directory)
  return { files: [...named, ...files], errors }
}

function readInvoked({ table }: ProgramDefinition, invocation: Invocation): ConfigurationResult {
  const { files, errors: unlisted } = filesToRead(invocation)
  const { texts, errors: unread } = readConfigurationFiles(files)
  const reading = readConfiguration(texts, table)
  const missing = [...unread, ...unlisted]
  if (missing.length === 0) return reading
  return { ...reading, configuration: undefined, errors: [...missing, ...reading.errors] }
}

async function check(definition: ProgramDefinition, reading: ConfigurationResult, output: Output): Promise<number> {
  const { files } = reading
  const errors = [...reading.errors, ...(await look(definition.check, reading, false))]
  const warnings = await allWarnings(definition, reading, false)
  output.error(renderWarnings(warnings))
  if (errors.length > 0) {
    output.error(renderErrors(definition, errors))
    return exitCodes.failed.code
  }
  const { configuration } = reading
  const notes = configuration === undefined ? [] : ((await definition.notes?.(reading, configuration)) ?? [])
  for (const note of notes) output.out(`note: ${renderDiagnostic(located(note, reading))}\n`)
  const but =
    warnings.length === 0 ? '' : `, with ${warnings.length === 1 ? 'one warning' : `${warnings.length} warnings`}`
  output.out(`configuration OK${but}: ${files.length === 0 ? 'built-in defaults, no file' : files.join(', ')}\n`)
  return exitCodes.done.code
}

function located(error: Diagnostic, reading: ConfigurationResult): Diagnostic {
  const { file, section, option } = error
  return file === undefined && section !== undefined ? { ...reading.place(section, option), ...error } : error
}

async function start(
  definition: ProgramDefinition,
  configuration: Configuration,
  { files, warnings }: Pick<ConfigurationResult, 'files' | 'warnings'>,
): Promise<number> {
  const log = await createLogger(definition.name, logOptions(definition, configuration))
  for (const warning of warnings) log.warn({ ...warning }, renderDiagnostic(warning))
  log.info({ files }, 'starting')
  const service = connectServiceManager(log)
  try {
    const work = (signal: AbortSignal) => {
      signal.addEventListener('abort', () => service.stopping(), { once: true })
      return definition.run(configuration, { log, signal, service })
    }
    return await superviseRun(log, work, definition.stopsWithin)
  } finally {
    service.close()
  }
}

function logOptions(definition: ProgramDefinition, configuration: Configuration) {
  const { loglevel, 'log-format': format } = definition.logging(configuration)
  return { level: loglevel, format }
}

async function execute(
  command: ProgramCommand,
  {
    definition,
    configuration,
    output,
  }: { definition: ProgramDefinition; configuration: Configuration; output: Output },
): Promise<number> {
  const { level, format } = logOptions(definition, configuration)
  const log = await createLogger(definition.name, { level: command.loglevel ?? level, format })
  let code: number = exitCodes.failed.code
  const work = async (signal: AbortSignal) => {
    code = await command.run(configuration, { log, signal, output, service: { ready: () => undefined } })
  }
  const ended = await superviseRun(log, work, definition.stopsWithin)
  return ended === exitCodes.done.code ? code : ended
}

function renderErrors({ name }: ProgramDefinition, errors: readonly Diagnostic[]): string {
  const count = errors.length === 1 ? 'one error' : `${errors.length} errors`
  return [...errors.map(renderDiagnostic), `${name}: ${count} found; nothing was started`]
    .map((line) => `${line}\n`)
    .join('')
}

function renderWarnings(warnings: readonly Diagnostic[]): string {
  return warnings.map((warning) => `warning: ${renderDiagnostic(warning)}\n`).join('')
}

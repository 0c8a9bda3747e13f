import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { isAbsolute } from 'node:path'
import { type Diagnostic, renderDiagnostic } from '../configuration/diagnostic.ts'
import type { ConfigurationResult } from '../configuration/read.ts'
import { reasonOf } from '../errors.ts'
import { readRegularFile } from '../files/regular-file.ts'
import { largestStatusFile, type StatusFields, statusPath } from '../status.ts'

/** The states of the Monitoring Plugins guidelines, by their exit code. */
export const healthStates = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const
export type HealthState = (typeof healthStates)[number]

/** What a check found. `data`: performance data by the guidelines, such as `age=2s;30;60;0`. */
export interface HealthResult {
  readonly state: HealthState
  readonly text: string
  readonly data?: readonly string[]
}

/** Thrown by a check that cannot go on; what else is thrown is UNKNOWN. */
export class HealthError extends Error {
  readonly state: HealthState

  constructor(text: string, state: HealthState = 'UNKNOWN') {
    super(text)
    this.state = state
  }
}

/** WARNING above the first number, CRITICAL above the second. */
export interface Thresholds {
  readonly warning: number
  readonly critical: number
}

/** What a check is given. */
export interface HealthContext {
  /** The configuration; it may have mistakes, which only matter in the options that the check needs. */
  readonly reading: ConfigurationResult
  /** Seconds since the epoch. */
  readonly now: number
}

/** One value of `--health`; the first one of a program is its default. */
export interface HealthCheck {
  readonly name: string
  /** The first word of the line. */
  readonly title: string
  /** What is WARNING and CRITICAL, for the help and the manual. */
  readonly summary: string
  /** The thresholds unless the command line sets others; a check without them takes none. */
  defaults?(context: HealthContext): Thresholds
  check(context: HealthContext, thresholds: Thresholds): HealthResult
}

/** The state of a value that should not be above its thresholds. */
export function stateOf(value: number, { warning, critical }: Thresholds): HealthState {
  if (value > critical) return 'CRITICAL'
  return value > warning ? 'WARNING' : 'OK'
}

/** An option after interpolation. Throws when its value has a mistake that keeps it from being read. */
export function readOption({ reading }: HealthContext, section: string, option: string): string {
  const text = reading.text(section, option)
  if (text !== undefined) return text
  const problem = reading.errors.find((found) => found.section === section && found.option === option)
  throw new HealthError(`the configuration: ${renderDiagnostic(problem ?? { section, option, message: 'is not set' })}`)
}

export function readWholeNumber(context: HealthContext, section: string, option: string): number {
  const text = readOption(context, section, option)
  return wholeNumber(text) ?? refuseOption(context, { section, option, found: text, expected: 'a whole number' })
}

/** A whole number of at most nine digits. */
export function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

export function readPath(context: HealthContext, section: string, option: string): string {
  const path = readOption(context, section, option)
  if (isAbsolute(path)) return path
  return refuseOption(context, { section, option, found: path, expected: 'an absolute path' })
}

function refuseOption({ reading }: HealthContext, problem: Diagnostic & { section: string; option: string }): never {
  const place = reading.place(problem.section, problem.option)
  throw new HealthError(`the configuration: ${renderDiagnostic({ ...place, ...problem })}`)
}

/** The status file of a program that runs. */
export interface RunningStatus {
  readonly path: string
  readonly pid: number
  readonly fields: StatusFields
}

/** Reads the status file of a program. CRITICAL when it does not run; UNKNOWN when the file cannot be read or is damaged. */
export function readRunningStatus(context: HealthContext, program: string): RunningStatus {
  const path = statusPath(readPath(context, 'paths', 'base-dir'), program)
  const fields = parseStatus(readStatusText(path, program), path, program)
  const { pid } = fields
  if (!Number.isInteger(pid)) throw new HealthError(`${path} has no pid`)
  if (isRunning(Number(pid), program)) return { path, pid: Number(pid), fields }
  throw new HealthError(`${program} is not running: process ${pid} of ${path} is gone`, 'CRITICAL')
}

function readStatusText(path: string, program: string): string {
  try {
    return readRegularFile(path, largestStatusFile, { follow: false }).toString()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new HealthError(`${program} is not running: there is no ${path}`, 'CRITICAL')
    const hint = code === 'EACCES' ? '; let the user of this check be in the group haproxystats' : ''
    throw new HealthError(`${path} cannot be read by ${userName()}: ${reasonOf(error)}${hint}`)
  }
}

function parseStatus(text: string, path: string, program: string): StatusFields {
  try {
    const status: unknown = JSON.parse(text)
    if (typeof status === 'object' && status !== null && !Array.isArray(status)) return { ...status }
  } catch {
    // It ends before its end, or is something else.
  }
  throw new HealthError(`${path} is damaged: it is not what ${program} writes`)
}

/**
 * Whether the process is that program and not another that has its number by now. Where /proc does not show the processes
 * of other users (hidepid), and where there is no /proc, the process is believed to run: the ages in the file show if not.
 */
function isRunning(pid: number, program: string): boolean {
  if (commandLine(1) === '') return true
  return commandLine(pid).includes(program)
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.()}`
  }
}

/** A number of the status file, undefined when it is absent. */
export function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** The object in a field of the status file, an empty one when it is absent. */
export function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

/** Whole seconds from a time (ISO) in a status file to now, 0 for one ahead of the clock; undefined when it is no time. */
export function ageOf(time: unknown, now: number): number | undefined {
  const seconds = typeof time === 'string' ? Math.floor(Date.parse(time) / 1000) : Number.NaN
  return Number.isNaN(seconds) ? undefined : Math.max(0, now - seconds)
}

/** Counters as performance data, those that are absent left out. */
export function counterData(counts: Readonly<Record<string, unknown>>, names: readonly string[]): string[] {
  return names.flatMap((name) => (numberIn(counts[name]) === undefined ? [] : [`${name}=${counts[name]}c`]))
}

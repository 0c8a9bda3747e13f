import { pino } from 'pino'
import type { Logger } from '../log.ts'

/** Our words (those of haproxystats 0.5.2) to pino's. */
const levels = { debug: 'debug', info: 'info', warning: 'warn', error: 'error', critical: 'fatal' } as const

export type LogLevel = keyof typeof levels

/**
 * The program's logger: JSON lines when standard output is not a terminal, readable lines when it is. Synchronous, so
 * that the last line before an exit is not lost. Strings are escaped by JSON, and on a terminal control bytes are shown
 * as `\u00xx`, because names and answers come from outside.
 */
export async function createLogger(program: string, level: LogLevel): Promise<Logger> {
  const base = { program, pid: process.pid }
  const options = { level: levels[level], base, timestamp: pino.stdTimeFunctions.isoTime }
  if (!process.stdout.isTTY) return pino(options, pino.destination({ dest: 1, sync: true }))
  const { default: pretty } = await import('pino-pretty')
  return pino(
    options,
    pretty({ colorize: true, sync: true, ignore: 'pid,program', translateTime: 'SYS:HH:MM:ss.l', singleLine: true }),
  )
}

/** A logger that says nothing, for tests and for tools that print their own messages. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' })
}

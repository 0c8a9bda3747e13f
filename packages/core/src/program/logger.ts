import { fstatSync } from 'node:fs'
import { pino } from 'pino'
import type { Logger } from '../log.ts'
import { printableTexts } from '../text.ts'

/** Our words (those of haproxystats 0.5.2) to pino's. */
const levels = { debug: 'debug', info: 'info', warning: 'warn', error: 'error', critical: 'fatal' } as const

export type LogLevel = keyof typeof levels

/** `auto` is text on a terminal and JSON elsewhere. */
export type LogFormat = 'auto' | 'json' | 'text'

/** pino's levels as the severities of syslog(3), which journald knows too. */
const severities: readonly { readonly from: number; readonly severity: number }[] = [
  { from: 60, severity: 2 },
  { from: 50, severity: 3 },
  { from: 40, severity: 4 },
  { from: 30, severity: 6 },
  { from: 0, severity: 7 },
]

/** Where lines go. */
export interface LogOutput {
  readonly terminal: boolean
  /** Whether journald reads it, which takes a `<4>` in front of a line for its priority. */
  readonly journal: boolean
  write(text: string): void
}

/**
 * The program's logger: JSON lines, or readable ones. Synchronous, so that the last line before an exit is not lost.
 * Names and answers come from outside: JSON escapes control characters, and in readable lines nothing is left that a
 * terminal would act upon.
 */
export async function createLogger(
  program: string,
  { level, format = 'auto' }: { level: LogLevel; format?: LogFormat },
  output: LogOutput = standardOutput(),
): Promise<Logger> {
  const text = format === 'text' || (format === 'auto' && output.terminal)
  const render = text ? await textRenderer(output.terminal) : (line: string) => line
  const stream = {
    // Has pino tell the level of each line.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string) {
      const rendered = render(line)
      output.write(output.journal ? withPriority(rendered, this.lastLevel) : rendered)
    },
  }
  const base = { program, pid: process.pid }
  return pino({ level: levels[level], base, timestamp: pino.stdTimeFunctions.isoTime }, stream)
}

async function textRenderer(terminal: boolean): Promise<(line: string) => string> {
  const { prettyFactory } = await import('pino-pretty')
  const pretty = prettyFactory({
    colorize: terminal,
    ignore: 'pid,program',
    translateTime: terminal ? 'SYS:HH:MM:ss.l' : 'SYS:yyyy-mm-dd HH:MM:ss.l',
    singleLine: true,
  })
  return (line) => pretty(printableTexts(JSON.parse(line)))
}

/** A stack has several lines, and for journald each is one of its own. */
function withPriority(text: string, level: number): string {
  const { severity } = severities.find(({ from }) => level >= from)!
  return text.replace(/^(?=.)/gm, `<${severity}>`)
}

function standardOutput(): LogOutput {
  const destination = pino.destination({ dest: 1, sync: true })
  return {
    terminal: process.stdout.isTTY === true,
    journal: isJournal(process.env['JOURNAL_STREAM']),
    write: (text) => void destination.write(text),
  }
}

/** Whether standard output is what systemd says it connected to the journal: a device and an inode, as `8:12345`. */
function isJournal(stream: string | undefined): boolean {
  if (stream === undefined) return false
  const { dev, ino } = fstatSync(1, { bigint: true })
  return stream === `${dev}:${ino}`
}

/** A logger that says nothing, for tests and for tools that print their own messages. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' })
}

import type { pino } from 'pino'

/** What the parts of a program log to. */
export type Logger = pino.Logger

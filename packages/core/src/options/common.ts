import type { Option, Section, ValuesOfSections } from './kinds.ts'

const loglevels = ['debug', 'info', 'warning', 'error', 'critical'] as const
const logFormats = ['auto', 'json', 'text'] as const

/** The options of a program's own section that decide how it logs. */
export const logOptions = {
  loglevel: {
    kind: 'choice',
    choices: loglevels,
    inherited: true,
    summary: 'The least severe messages to log.',
  },
  'log-format': {
    kind: 'choice',
    choices: logFormats,
    inherited: true,
    since: '1.0.0',
    summary: 'How lines of the log look.',
  },
} as const satisfies Readonly<Record<string, Option>>

/** The sections that every program reads. */
export const commonSections = {
  DEFAULT: {
    summary: 'What every other section inherits, unless the section or its own built-in default says otherwise.',
    retired: { retry: 'write retries instead' },
    options: {
      loglevel: {
        kind: 'choice',
        choices: loglevels,
        default: 'info',
        summary:
          'The least severe messages that both programs log. What goes well is summed up once a minute at info; debug has a line for every snapshot.',
      },
      'log-format': {
        kind: 'choice',
        choices: logFormats,
        default: 'auto',
        since: '1.0.0',
        summary:
          'How lines of the log look: json, text for people, or auto, which is text on a terminal and json elsewhere. Where the log goes to the journal of systemd every line has its priority, for journalctl -p warning.',
      },
      retries: {
        kind: 'integer',
        min: -1,
        default: '2',
        summary: 'Kept for files that have it: [pull] and [graphite] have their own default, which comes first.',
      },
      timeout: {
        kind: 'seconds',
        min: 0.001,
        default: '1',
        summary: 'Kept for files that have it: [pull] and [graphite] have their own defaults, which come first.',
      },
      interval: {
        kind: 'seconds',
        min: 0,
        default: '2',
        summary: 'Kept for files that have it: [pull] and [graphite] have their own default, which comes first.',
      },
    },
  },
  paths: {
    summary: 'Where everything is kept.',
    options: {
      'base-dir': {
        kind: 'path',
        default: '/var/lib/haproxystats',
        summary:
          'The directory under which both programs keep their directories and status files. It is made with its parents where it is missing.',
      },
    },
  },
} as const satisfies Readonly<Record<string, Section>>

/**
 * A checked configuration: one object a section, one key an option, by the names of the file; times in seconds, sizes in
 * bytes, unset options `undefined`. Made only by `readConfiguration`, so a value of this type has passed every check.
 * Each program adds its own sections to this interface, where their rows stand.
 */
export interface Configuration extends Omit<ValuesOfSections<typeof commonSections>, 'DEFAULT'> {}

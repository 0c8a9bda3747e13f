import { type Option, option, type Section, type ValuesOfSections } from './kinds.ts'

const loglevels = ['debug', 'info', 'warning', 'error', 'critical'] as const
const logFormats = ['auto', 'json', 'text'] as const

/** The options of a program's own section that decide how it logs. */
export const logOptions = {
  loglevel: option.choice('The least severe messages that this program logs.', { choices: loglevels, inherited: true }),
  'log-format': option.choice('Format of the log lines of this program.', {
    choices: logFormats,
    inherited: true,
    since: '1.0.0',
  }),
} as const satisfies Readonly<Record<string, Option>>

/** The sections that every program reads. */
export const commonSections = {
  DEFAULT: {
    summary:
      'Values that the other sections inherit, unless they set the option or have a built-in default of their own.',
    retired: { retry: 'write retries instead' },
    options: {
      loglevel: option.choice(
        'The least severe messages to log, in both programs. At info, normal operation is summarized once a minute; debug has a line for every snapshot.',
        { choices: loglevels, default: 'info' },
      ),
      'log-format': option.choice(
        'Format of log lines: json, text for people, or auto: text on a terminal, json elsewhere. Lines that go to the systemd journal carry their priority, for journalctl -p warning.',
        { choices: logFormats, default: 'auto', since: '1.0.0' },
      ),
      retries: option.integer(
        'Accepted for compatibility; has no effect, because [pull] and [graphite] have defaults of their own.',
        { min: -1, default: '2' },
      ),
      timeout: option.seconds(
        'Accepted for compatibility; has no effect, because [pull] and [graphite] have defaults of their own.',
        { min: 0.001, default: '1' },
      ),
      interval: option.seconds(
        'Accepted for compatibility; has no effect, because [pull] and [graphite] have defaults of their own.',
        { min: 0, default: '2' },
      ),
    },
  },
  paths: {
    summary: 'Where the programs keep their data.',
    options: {
      'base-dir': option.path(
        'Directory that holds the directories and status files of both programs. It is created with its parents if missing.',
        { default: '/var/lib/haproxystats' },
      ),
    },
  },
} as const satisfies Readonly<Record<string, Section>>

/**
 * A checked configuration: one object a section, one key an option, by the names of the file; times in seconds, sizes in
 * bytes, unset options `undefined`. Made only by `readConfiguration`, so a value of this type has passed every check.
 * Each program adds its own sections to this interface, where their rows stand.
 */
export interface Configuration extends Omit<ValuesOfSections<typeof commonSections>, 'DEFAULT'> {}

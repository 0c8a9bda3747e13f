/** Formats of numbers. An absent value is `–`. */

export const absent = '–'

type Maybe = number | null | undefined

const prefixes = ['', 'k', 'M', 'G', 'T', 'P', 'E']

/** Three digits and a prefix of 1,000: 12.3k. */
function prefixed(value: number): string {
  let rest = Math.abs(value)
  let step = 0
  while (rest >= 999.5 && step < prefixes.length - 1) {
    rest /= 1000
    step++
  }
  const digits = rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2
  return `${value < 0 ? '-' : ''}${rest.toFixed(digits)}${prefixes[step]}`
}

/** Whole numbers as they are up to 9,999, then 12.3k. */
export function count(value: Maybe): string {
  if (value == null || !Number.isFinite(value)) return absent
  return Math.abs(value) < 9999.5 ? String(Math.round(value)) : prefixed(value)
}

/** A rate per second: one decimal while it is small, and 0 only for exactly 0. */
export function rate(value: Maybe): string {
  if (value == null || !Number.isFinite(value)) return absent
  if (value === 0) return '0'
  if (Math.abs(value) < 0.05) return '<0.1'
  return Math.abs(value) < 9.95 ? value.toFixed(1) : count(value)
}

/** Bytes, or bytes per second, in units of 1,000. */
export function bytes(value: Maybe): string {
  if (value == null || !Number.isFinite(value)) return absent
  return Math.abs(value) < 999.5 ? String(Math.round(value)) : prefixed(value)
}

/** Milliseconds; from 10,000 ms on seconds, with their unit. */
export function milliseconds(value: Maybe): string {
  if (value == null || !Number.isFinite(value)) return absent
  if (value < 9999.5) return String(Math.round(value))
  return value < 99_950 ? `${(value / 1000).toFixed(1)}s` : duration(value / 1000)
}

export function percent(value: Maybe): string {
  if (value == null || !Number.isFinite(value)) return absent
  return value > 0 && value < 0.95 ? '<1 %' : `${Math.round(value)} %`
}

const spans = [
  { seconds: 86_400, letter: 'd' },
  { seconds: 3_600, letter: 'h' },
  { seconds: 60, letter: 'm' },
  { seconds: 1, letter: 's' },
]

/** A span of seconds in its two largest units, as HAProxy's own page has it: 3h20m, 45s; from ten days on 12d. */
export function duration(seconds: Maybe): string {
  if (seconds == null || !Number.isFinite(seconds)) return absent
  const whole = Math.max(0, Math.floor(seconds))
  const first = Math.max(
    0,
    spans.findIndex((span) => whole >= span.seconds),
  )
  if (whole < 1) return '0s'
  const { seconds: size, letter } = spans[first]!
  const next = spans[first + 1]
  const large = `${Math.floor(whole / size)}${letter}`
  if (next === undefined || whole >= 864_000) return large
  const rest = Math.floor((whole % size) / next.seconds)
  return rest === 0 ? large : `${large}${rest}${next.letter}`
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
})
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' })
const minutes = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false })

/** Time of day in the reader's time zone. */
export const timeOfDay = (epoch: number): string => clock.format(epoch * 1000)

/** When something began: the time of day, with the date unless it was less than a day ago. */
export function moment(epoch: number, now: number): string {
  const date = new Date(epoch * 1000)
  return now - epoch < 86_400 ? minutes.format(date) : `${day.format(date)}, ${minutes.format(date)}`
}

/** Shared, because creating one costs more than the rest of a table row. */
const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 3 })

/** `1 server`, `2 servers`. */
export const plural = (number: number, noun: string): string =>
  `${grouped.format(number)} ${number === 1 ? noun : `${noun}${/s$/.test(noun) ? 'es' : 's'}`}`

/** All digits, for titles: 12,345. */
export function exact(value: Maybe): string {
  return value == null || !Number.isFinite(value) ? absent : grouped.format(value)
}

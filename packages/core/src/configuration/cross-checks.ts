import { relative } from 'node:path'
import type { SectionName } from '../options/table.ts'
import type { Problem } from './problem.ts'

/** What the checks look at. */
export interface Values {
  /** The checked value of an option; `undefined` when it is unset or mistaken. */
  value(section: string, option: string): unknown
  /** Whether a file sets the option, or has the section. */
  given(section: string, option?: string): boolean
  /** The sections `[section:word]` of the files. */
  members(section: SectionName): readonly string[]
}

/** What does not go together, told of one of the options or of a section. */
export type Clash = Problem & { readonly section: string }

/** A rule over several options. */
export interface CrossCheck {
  readonly summary: string
  /** Completed with what the option is set to, and where. */
  check(values: Values): Clash | readonly Clash[] | undefined
  readonly severity: 'mistake' | 'warning'
}

export const crossChecks: readonly CrossCheck[] = [
  {
    summary: 'pull-timeout is not longer than pull-interval.',
    severity: 'mistake',
    check: (values) => (values.given('pull', 'pull-timeout') ? pullTimeout(values) : undefined),
  },
  {
    summary: 'The default of pull-timeout does not fit a short pull-interval.',
    severity: 'warning',
    check: (values) => (values.given('pull', 'pull-timeout') ? undefined : pullTimeout(values)),
  },
  {
    summary: 'dst-dir and tmp-dst-dir are apart.',
    severity: 'mistake',
    check: (values) => apart(values, ['pull', 'tmp-dst-dir'], ['pull', 'dst-dir']),
  },
  {
    summary: 'src-dir and tmp-dst-dir are apart.',
    severity: 'mistake',
    check: (values) =>
      values.value('process', 'src-dir') === values.value('pull', 'dst-dir')
        ? undefined
        : apart(values, ['process', 'src-dir'], ['pull', 'tmp-dst-dir']),
  },
  {
    summary: 'The files of local-store are no snapshots.',
    severity: 'mistake',
    check: (values) => different(values, ['local-store', 'dir'], ['process', 'src-dir']),
  },
  {
    summary: 'The queue has room beside what is being delivered.',
    severity: 'warning',
    check: (values) => {
      if (values.value('pull', 'queue-size') !== 1) return undefined
      const message = 'with room for one snapshot, pulling stops while a destination is down'
      return { section: 'pull', option: 'queue-size', message, hint: 'set 2 or more' }
    },
  },
  {
    summary: 'A user comes with a password.',
    severity: 'mistake',
    check: (values) => together(values, 'http-user', 'http-password-file'),
  },
  {
    summary: 'A key comes with a certificate.',
    severity: 'mistake',
    check: (values) => together(values, 'tls-key-file', 'tls-certificate-file', 'only the first'),
  },
  {
    summary: 'A key of the page comes with a certificate.',
    severity: 'mistake',
    check: (values) => together(values, 'tls-key-file', 'tls-certificate-file', 'only the first', 'http'),
  },
  {
    summary: 'Who can reach the page from elsewhere is asked for a password.',
    severity: 'warning',
    check: openToAll,
  },
  {
    summary: 'No password stands in an address.',
    severity: 'warning',
    check: passwordInAddress,
  },
  {
    summary: 'Certificates are checked.',
    severity: 'warning',
    check: (values) =>
      values.value('pull', 'tls-insecure') === true
        ? {
            ...{ section: 'pull', option: 'tls-insecure', message: 'anybody between could answer for HAProxy' },
            hint: 'name the certificate of whoever vouches for it in tls-ca-file instead',
          }
        : undefined,
  },
  {
    summary: 'No receiver is a destination twice.',
    severity: 'warning',
    check: sameReceivers,
  },
]

/** Told of the later of two destinations, at its header: either of server and port may come from elsewhere. */
function sameReceivers(values: Values): Clash[] {
  const firsts = new Map<string, string>()
  return ['graphite', ...values.members('graphite')].flatMap((section) => {
    const [enabled, server, port] = ['enabled', 'server', 'port'].map((option) => values.value(section, option))
    if (enabled === false || typeof server !== 'string' || typeof port !== 'number') return []
    const receiver = `${server.toLowerCase()} port ${port}`
    const first = firsts.get(receiver)
    if (first === undefined) {
      firsts.set(receiver, section)
      return []
    }
    const message = `sends to ${receiver}, and so does [${first}]`
    return [{ section, message, hint: 'give one of them its own server or port, or enabled = false' }]
  })
}

/** Either of two options of a section needs the other, or only the first needs the second. */
function together(
  values: Values,
  one: string,
  other: string,
  which: 'either' | 'only the first' = 'either',
  section: SectionName = 'pull',
): Clash | undefined {
  const [first, second] = [one, other].map((option) => values.given(section, option))
  if (first === second || (which === 'only the first' && !first)) return undefined
  const [option, missing] = first ? [one, other] : [other, one]
  return { section, option, message: `without ${missing} it has no effect`, hint: `set ${missing} too` }
}

/** Numbers of a load balancer are nobody else's business, and a password in clear text is everybody's. */
function openToAll(values: Values): Clash | undefined {
  const listen = values.value('http', 'listen')
  if (!Array.isArray(listen)) return undefined
  const reachable = listen.find((address) => !/^(?:unix:|127\.|\[::1\]|localhost:)/.test(address))
  if (reachable === undefined) return undefined
  const at = { section: 'http', option: 'listen' }
  if (!values.given('http', 'password-file')) {
    return { ...at, message: `anybody who reaches ${reachable} may read everything`, hint: 'set password-file' }
  }
  if (values.given('http', 'tls-certificate-file')) return undefined
  return { ...at, message: 'passwords travel in clear text', hint: 'set tls-certificate-file' }
}

function passwordInAddress(values: Values): Clash | undefined {
  const servers = values.value('pull', 'servers')
  const found = Array.isArray(servers) && servers.some((address) => /^https?:\/\/[^/?#]*@/i.test(address))
  const hint = 'use http-user and http-password-file, so that this file holds no secret'
  return found ? { section: 'pull', option: 'servers', message: 'a password stands in an address', hint } : undefined
}

type Name = readonly [SectionName, string]

function pullTimeout(values: Values): Clash | undefined {
  const timeout = values.value('pull', 'pull-timeout')
  const interval = values.value('pull', 'pull-interval')
  if (typeof timeout !== 'number' || typeof interval !== 'number' || timeout < interval || timeout === 0)
    return undefined
  const { given } = values
  if (given('pull', 'pull-timeout')) {
    if (timeout === interval) return undefined
    const expected = `at most pull-interval, which is ${interval}${given('pull', 'pull-interval') ? '' : ' by default'}`
    return {
      section: 'pull',
      option: 'pull-timeout',
      found: String(timeout),
      expected,
      hint: '0 for no limit but pull-interval',
    }
  }
  const message = `not longer than pull-timeout, which is ${timeout} by default`
  const hint = 'set pull-timeout too: below pull-interval, or 0 for no limit but pull-interval'
  return { section: 'pull', option: 'pull-interval', message, hint }
}

function apart(values: Values, one: Name, other: Name): Clash | undefined {
  return compareDirectories(values, one, other, (a, b) => isWithin(a, b) || isWithin(b, a), 'a directory apart from')
}

function different(values: Values, one: Name, other: Name): Clash | undefined {
  return compareDirectories(values, one, other, (a, b) => relative(a, b) === '', 'another directory than')
}

function isWithin(path: string, directory: string): boolean {
  return !/^\.\.(?:\/|$)/.test(relative(directory, path))
}

function compareDirectories(
  values: Values,
  one: Name,
  other: Name,
  clash: (a: string, b: string) => boolean,
  relation: string,
): Clash | undefined {
  const [a, b] = [values.value(...one), values.value(...other)]
  if (typeof a !== 'string' || typeof b !== 'string' || !clash(a, b)) return undefined
  const [at, from] = values.given(...one) || !values.given(...other) ? [one, other] : [other, one]
  const [section, option] = at
  const against = `${from[1]} of [${from[0]}], which is ${String(values.value(...from))}`
  return { section, option, expected: `${relation} ${against}` }
}

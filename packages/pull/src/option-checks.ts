import { apartDirectories, bothOrNeither, type Clash, requires, type Section, type Values } from '@haproxystats/core'

/** The rules over several options of [pull]. */
export const pullChecks = {
  errors: [
    longTimeout,
    (values) => apartDirectories(values, ['pull', 'tmp-dst-dir'], ['pull', 'dst-dir']),
    (values) => bothOrNeither(values, 'pull', 'http-user', 'http-password-file'),
    (values) => requires(values, 'pull', 'tls-key-file', 'tls-certificate-file'),
  ],
  warnings: [shortInterval, smallQueue, passwordInAddress, insecure],
} satisfies Section['checks']

function longTimeout({ value, given }: Values): Clash | undefined {
  const [timeout, interval] = [value('pull', 'pull-timeout'), value('pull', 'pull-interval')]
  if (!given('pull', 'pull-timeout') || !isNumber(timeout) || !isNumber(interval) || timeout <= interval)
    return undefined
  const expected = `at most pull-interval, which is ${interval}${given('pull', 'pull-interval') ? '' : ' by default'}`
  const hint = '0 for no limit but pull-interval'
  return { section: 'pull', option: 'pull-timeout', found: String(timeout), expected, hint }
}

function shortInterval({ value, given }: Values): Clash | undefined {
  const [timeout, interval] = [value('pull', 'pull-timeout'), value('pull', 'pull-interval')]
  if (given('pull', 'pull-timeout') || !isNumber(timeout) || !isNumber(interval) || timeout < interval) return undefined
  const message = `not longer than pull-timeout, which is ${timeout} by default`
  const hint = 'set pull-timeout too: below pull-interval, or 0 for no limit but pull-interval'
  return { section: 'pull', option: 'pull-interval', message, hint }
}

const isNumber = (value: unknown): value is number => typeof value === 'number'

function passwordInAddress(values: Values): Clash | undefined {
  const servers = values.value('pull', 'servers')
  const found = Array.isArray(servers) && servers.some((address) => /^https?:\/\/[^/?#]*@/i.test(address))
  const hint = 'set http-user and http-password-file instead'
  return found ? { section: 'pull', option: 'servers', message: 'an address contains a password', hint } : undefined
}

function smallQueue(values: Values): Clash | undefined {
  if (values.value('pull', 'queue-size') !== 1) return undefined
  const message = 'the queue holds one snapshot, so pulling stops while an output is down'
  return { section: 'pull', option: 'queue-size', message, hint: 'set 2 or more' }
}

function insecure(values: Values): Clash | undefined {
  if (values.value('pull', 'tls-insecure') !== true) return undefined
  const message = 'certificates are not verified, so anybody on the network path can answer for HAProxy'
  return {
    section: 'pull',
    option: 'tls-insecure',
    message,
    hint: 'set tls-ca-file to the certificate of their CA instead',
  }
}

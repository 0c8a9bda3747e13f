import type { Clash, Section, Values } from '@haproxystats/core'
import { outputOptions } from '../options.ts'

export const graphite = {
  summary:
    'Delivery to Graphite, and the metric paths, which local-store uses too. Without the section nothing is sent to Graphite. A TCP load balancer before the receiver needs "check" for its servers: without it, it takes everything and closes properly although its server is dead. Any number of sections [graphite:name] are destinations too, with or without [graphite], each with a queue, retries and window of its own. What one does not set it takes from [graphite] in the files, then from the defaults below, then from [DEFAULT]; only enabled is not taken from [graphite]. A name has letters, digits, _ and -, at most 64; snapshots in the queue remember it, so one that is renamed gets again what waits there.',
  program: 'haproxystats-process',
  enabledByPresence: true,
  family: {
    list: 'graphites',
    example: ['[graphite:second]', 'server = graphite2.example.com', 'port = 2003'],
  },
  checks: [
    {
      summary: 'No receiver is a destination twice.',
      severity: 'warning',
      check: sameReceivers,
    },
  ],
  retired: {
    prefix_hostname: 'write prefix-hostname instead',
    'prefix-name': 'write prefix-hostname instead',
    prefix_name: 'write prefix-hostname instead',
    timeout: 'write connect-timeout and write-timeout instead',
    connect_timeout: 'write connect-timeout instead',
    write_timeout: 'write write-timeout instead',
    queue_size: 'write queue-size instead',
    'sent-failed': 'leave it out: what cannot be sent waits in src-dir of [process]',
    retry: 'write retries instead',
  },
  options: {
    enabled: {
      kind: 'boolean',
      default: 'true',
      individual: true,
      since: '1.0.0',
      summary:
        'Whether datapoints are sent to this destination: with false the section only says how metric paths look, and what sections [graphite:name] take from it.',
    },
    server: { kind: 'host', default: '127.0.0.1', summary: 'Host name or address of carbon or a relay.' },
    port: { kind: 'integer', min: 1, max: 65535, default: '3002', summary: 'Its port for the plain text protocol.' },
    retries: {
      kind: 'integer',
      min: -1,
      default: '3',
      summary:
        'How often a failed delivery is repeated before the pause called delay; -1: never pause longer than delay.',
    },
    interval: { kind: 'seconds', min: 0, default: '1.8', summary: 'The wait before the first repetition.' },
    'connect-timeout': { kind: 'seconds', min: 0.001, default: '1', summary: 'How long connecting may take.' },
    'write-timeout': {
      kind: 'seconds',
      min: 0.001,
      default: '1',
      summary:
        'How long sending may stand still before the attempt counts as failed; up to four times as long after it did, should the receiver only be slow.',
    },
    'commit-timeout': {
      kind: 'seconds',
      min: 0.001,
      default: '10',
      since: '1.0.0',
      summary:
        'How long the receiver may take to close the connection after the last byte, which proves that it has read everything; up to four times as long after it did not.',
    },
    delay: {
      kind: 'seconds',
      min: 0,
      default: '10',
      summary: 'The pause after all repetitions have failed; after a dozen, further pauses grow to six times as long.',
    },
    backoff: {
      kind: 'number',
      min: 1,
      default: '2',
      summary: 'What the wait is multiplied by from one repetition to the next.',
    },
    namespace: {
      kind: 'text',
      default: 'loadbalancers',
      summary: 'What every metric path begins with; dots make levels.',
    },
    'prefix-hostname': {
      kind: 'boolean',
      default: 'true',
      summary: 'Whether the host name follows the namespace in metric paths.',
    },
    fqdn: {
      kind: 'boolean',
      default: 'true',
      summary: 'The whole host name with dots as underscores (true), or what stands before its first dot (false).',
    },
    'queue-size': {
      kind: 'integer',
      min: 1,
      default: '1000000',
      summary:
        'How many datapoints may wait in memory for this destination; what does not fit waits on disk as snapshots.',
    },
    replay: {
      kind: 'seconds',
      min: 0,
      max: 3600,
      default: '0',
      since: '1.0.0',
      summary:
        'After the receiver was seen to die, what it took in so many seconds before is sent again, because it may have held it in memory. It costs duplicates, which a relay that aggregates counts twice; 0 for never.',
    },
    'max-rate': {
      kind: 'integer',
      min: 0,
      default: '0',
      since: '1.0.0',
      summary:
        'How many datapoints a second may be sent while a backlog drains, to spare the receiver; it makes draining slower. 0 for no limit.',
    },
    'group-namespace': {
      kind: 'text',
      example: 'product',
      summary: 'The level under which objects of a group are sent; unset: groups are not used.',
    },
    'group-namespace-double-writes': {
      kind: 'boolean',
      default: 'false',
      summary: 'Whether objects of a group are sent under their usual path too.',
    },
    ...outputOptions,
  },
} as const satisfies Section

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

import { type Clash, option, type Section, type Values } from '@haproxystats/core'
import { outputOptions } from '../options.ts'

export const graphite = {
  summary:
    'Delivery to Graphite, and the metric paths, which local-store uses too. Without this section nothing is sent to Graphite. If the receiver is a TCP load balancer, its servers need "check": without it, the load balancer accepts all data and closes properly although its server is dead. Any number of sections [graphite:name] are further destinations, with or without [graphite]; each has a queue, retries and a window of its own. An option that such a section does not set is taken from [graphite] in the files, then from the defaults below, then from [DEFAULT]; only enabled is not taken from [graphite]. A name has 1 to 64 letters, digits, _ and -. Snapshots in the queue are marked with it, so a renamed destination gets the waiting snapshots again.',
  program: 'haproxystats-process',
  enabledByPresence: true,
  family: {
    list: 'graphites',
    example: ['[graphite:second]', 'server = graphite2.example.com', 'port = 2003'],
  },
  checks: { warnings: [sameReceivers] },
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
    enabled: option.boolean('Whether to send datapoints to this destination. With false, the section only sets the metric paths and the values that sections [graphite:name] take from it.', {
      default: 'true',
      individual: true,
      since: '1.0.0',
    }),
    server: option.host('Host name or address of carbon or of a relay.', { default: '127.0.0.1' }),
    port: option.integer('Port of its plain text protocol.', { min: 1, max: 65535, default: '3002' }),
    retries: option.integer('How many times to retry a failed delivery before the pause set by delay; -1: without limit, and no pause is longer than delay.', { min: -1, default: '3' }),
    interval: option.seconds('Delay before the first retry.', { min: 0, default: '1.8' }),
    'connect-timeout': option.seconds('Timeout for connecting.', { min: 0.001, default: '1' }),
    'write-timeout': option.seconds('Timeout for sending without progress; then the attempt has failed. After a failure it grows to up to four times as long, in case the receiver is only slow.', { min: 0.001, default: '1' }),
    'commit-timeout': option.seconds('Timeout for the receiver to close the connection after the last byte, which proves that it has read everything. After a failure it grows to up to four times as long.', {
      min: 0.001,
      default: '10',
      since: '1.0.0',
    }),
    delay: option.seconds('Pause after all retries have failed. After a dozen pauses, further ones grow to up to six times as long.', { min: 0, default: '10' }),
    backoff: option.number('Factor by which the delay grows from one retry to the next.', { min: 1, default: '2' }),
    namespace: option.text('First part of every metric path; dots separate levels.', { default: 'loadbalancers' }),
    'prefix-hostname': option.boolean('Whether the host name follows the namespace in metric paths.', {
      default: 'true',
    }),
    fqdn: option.boolean('Whether metric paths have the full host name, with underscores for dots (true), or only the part before its first dot (false).', { default: 'true' }),
    'queue-size': option.integer('Maximum number of datapoints that wait in memory for this destination; the rest waits on disk as snapshots.', { min: 1, default: '1000000' }),
    replay: option.seconds(
      'After the receiver has died, datapoints that it accepted in the last so many seconds before are sent again, because it may have held them in memory. A relay that aggregates counts the duplicates twice. 0: never.',
      { min: 0, max: 3600, default: '0', since: '1.0.0' },
    ),
    'max-rate': option.integer('Maximum number of datapoints per second while a backlog drains, to spare the receiver; draining takes longer. 0: no limit.', { min: 0, default: '0', since: '1.0.0' }),
    'group-namespace': option.text('Level of the metric path under which the objects of a group are sent; unset: groups are not used.', { example: 'product' }),
    'group-namespace-double-writes': option.boolean('Whether to send the objects of a group under their usual path too.', { default: 'false' }),
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
    const message = `sends to ${receiver}, as [${first}] does`
    return [{ section, message, hint: 'give one of them its own server or port, or enabled = false' }]
  })
}

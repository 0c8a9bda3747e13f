import type { Configuration } from '@haproxystats/core'
import type { Output } from '../../types/output.ts'
import { linesEncoding } from '../format/paths.ts'
import { GraphiteSink } from './sink.ts'

export type GraphiteOptions = Configuration['graphite']

/**
 * carbon-c-relay 3.7 takes about half a second to close its side. With snapshots of a few hundred datapoints a backlog
 * would drain at two a second; so many go out on one connection, though well below the 25,000 lines that its queue holds
 * by default, because it drops what does not fit.
 */
const together = 10_000

/** Datapoints over TCP in Graphite's plain text protocol, to carbon or a relay. */
export const graphite: Output<GraphiteOptions> = {
  name: 'graphite',
  summary: 'Graphite over TCP: carbon, carbon-c-relay and everything that takes the plain text protocol.',
  instances: ({ graphite, graphites }) =>
    [
      { name: 'graphite', options: graphite },
      ...graphites.map(({ section, options }) => ({ name: section, options })),
    ].filter(({ options }) => options.enabled),
  encoding: (configuration, options) => linesEncoding(configuration, options),
  retry: ({ retries, interval, backoff, delay }) => ({ retries, interval, backoff, delay }),
  window: (options) => options['queue-size'],
  together,
  replay: ({ replay }) => replay,
  maxRate: (options) => options['max-rate'],
  open: (options, { log }) => new GraphiteSink(options, log),
}

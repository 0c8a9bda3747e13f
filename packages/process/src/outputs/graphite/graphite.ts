import type { Output } from '../../types/output.ts'
import { linesEncoding } from '../format/paths.ts'
import { pathProblems, patternProblems, receiverNotes } from './check.ts'
import { type GraphiteOptions, GraphiteSink } from './sink.ts'

/**
 * carbon-c-relay 3.7 takes about half a second to close its side. With snapshots of a few hundred datapoints a backlog
 * would drain at two a second; so many go out on one connection, though well below the 25,000 lines that its queue holds
 * by default, because it drops what does not fit.
 */
const maxSendDatapoints = 10_000

/** Datapoints over TCP in Graphite's plain text protocol, to carbon or a relay. */
export const graphite: Output<GraphiteOptions> = {
  name: 'graphite',
  toAdd: '[graphite] with server and port',
  instances: ({ graphite, graphites }) =>
    [
      { name: 'graphite', options: graphite },
      ...graphites.map(({ section, options }) => ({ name: section, options })),
    ].filter(({ options }) => options.enabled),
  encoding: linesEncoding,
  queue: ({ retries, interval, backoff, delay, replay, ...options }) => ({
    retry: { retries, interval, backoff, delay },
    prefetchDatapoints: options['queue-size'],
    maxSendDatapoints,
    replay,
    maxRate: options['max-rate'],
  }),
  open: (options, { log }) => new GraphiteSink(options, log),
  check: async (configuration, starting) => [
    ...pathProblems(configuration),
    ...(starting ? [] : patternProblems(configuration)),
  ],
  notes: (configuration) => receiverNotes(graphite.instances(configuration)),
}

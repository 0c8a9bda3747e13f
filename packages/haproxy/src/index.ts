export {
  addCounts,
  type Count,
  type Counts,
  countersOf,
  infoCounters,
  lessCounts,
  lostCounts,
  type ProcessCounters,
  renderCounters,
  sharableCounters,
  statCounters,
} from './counters/counters.ts'
export type { AnswerPart, AnswerSink } from './query/answer-checker.ts'
export { type Level, queryLevel } from './query/cli-level.ts'
export { type ConnectOptions, connect, type TlsOptions } from './query/connect.ts'
export { type Deadline, startDeadline } from './query/deadline.ts'
export { type ProcessFingerprint, queryFingerprint } from './query/fingerprint.ts'
export { AnswerHead, type ProcessFacts, type UnknownColumns } from './query/head.ts'
export { isGone, listWorkers, parseWorkers, queryWorker, type Worker } from './query/master.ts'
export { queryPage } from './query/page.ts'
export { type QueryOptions, queryProcess } from './query/query.ts'
export { isRelease } from './query/release.ts'
export { selectionFor } from './query/selection.ts'
export { queryTyped, typedCommand } from './query/typed.ts'
export * from './read.ts'

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
export { type AnswerPart, AnswerReader, type AnswerSummary, command } from './query/answer.ts'
export { type AnswerSink, ask } from './query/ask.ts'
export type { ConnectOptions, TlsOptions } from './query/connect.ts'
export { type Deadline, startDeadline } from './query/deadline.ts'
export type { AskOptions } from './query/exchange.ts'
export { AnswerHead, type HeadFacts, type UnknownColumns } from './query/head.ts'
export { askLevel, type Level } from './query/level.ts'
export { askMark, type ProcessMark } from './query/mark.ts'
export { askWorker, isGone, listWorkers, parseWorkers, type Worker } from './query/master.ts'
export type { ObjectFilter } from './query/object-search.ts'
export { askPage, csvTarget, type PageOptions } from './query/page.ts'
export { type LeftOut, leftOutWords, selectionOf } from './query/selection.ts'
export { askTyped, typedCommand } from './query/typed.ts'
export * from './read.ts'

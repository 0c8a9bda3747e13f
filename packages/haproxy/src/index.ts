export { type AnswerPart, AnswerReader, type AnswerSummary, command } from './ask/answer.ts'
export { type AnswerSink, ask } from './ask/ask.ts'
export type { ConnectOptions, TlsOptions } from './ask/connect.ts'
export type { AskOptions } from './ask/converse.ts'
export { type Deadline, startDeadline } from './ask/deadline.ts'
export { AnswerHead, type HeadFacts, type UnknownColumns } from './ask/head.ts'
export { askLevel, type Level } from './ask/level.ts'
export { askMark, type ProcessMark } from './ask/mark.ts'
export { askWorker, isGone, listWorkers, parseWorkers, type Worker } from './ask/master.ts'
export type { ObjectFilter } from './ask/object-search.ts'
export { askPage, csvTarget, type PageOptions } from './ask/page.ts'
export { type LeftOut, leftOutWords, selectionOf } from './ask/selection.ts'
export { askTyped, typedCommand } from './ask/typed.ts'
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
export * from './read.ts'

// Reading what was answered, without asking: what worker threads load.
export * from './fields/index.ts'
export { type Info, infoInteger, infoNumber, parseInfo } from './info/parse.ts'
export { answerLimits } from './limits.ts'
export { readInteger, readNumber } from './stat/number.ts'
export { QuickRow } from './stat/quick-row.ts'
export { parseRecord } from './stat/reference.ts'
export { refuseRepeatedRows } from './stat/repeated.ts'
export { cellText, type StatHeader, scanHeader, scanRows, textUpToComma } from './stat/scan.ts'

import type { Row } from '../harness/row.ts'
import { answerRows } from './answers.ts'
import { backlogRows } from './backlog.ts'
import { clockRows } from './clock.ts'
import { connectionRows } from './connections.ts'
import { dayRows } from './day.ts'
import { diskRows } from './disk.ts'
import { inputRows } from './input.ts'
import { isolationRows } from './isolation.ts'
import { killProcessRows } from './kill-process.ts'
import { killPullRows } from './kill-pull.ts'
import { nameRows } from './names.ts'
import { peerRows } from './peer.ts'
import { powerRows } from './power.ts'
import { queueFullRows } from './queue-full.ts'
import { relayRows } from './relay.ts'
import { reloadRows } from './reload.ts'
import { workerRows } from './workers.ts'

/** Every row of the suite, in the order in which they run. */
export const rows: readonly Row[] = [
  killProcessRows,
  killPullRows,
  relayRows,
  connectionRows,
  diskRows,
  peerRows,
  backlogRows,
  isolationRows,
  queueFullRows,
  inputRows,
  answerRows,
  powerRows,
  nameRows,
  clockRows,
  dayRows,
  reloadRows,
  workerRows,
].flat()

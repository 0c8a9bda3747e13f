import { StatsError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { listenForShutdown } from '../shutdown.ts'
import { version } from '../status.ts'
import { exitCodes } from './exit-codes.ts'

/**
 * Runs the work of a program until it is done and resolves with the exit code. The signal is aborted by SIGTERM, SIGINT
 * and SIGHUP; work that has not ended so many seconds later (`stopsWithin`) is ended with the process. What the work throws,
 * and what is thrown where nobody catches it, is logged and decides the code.
 */
export async function superviseRun(
  log: Logger,
  work: (signal: AbortSignal) => Promise<void>,
  stopsWithin?: number,
): Promise<number> {
  const late = `stop timeout after ${stopsWithin} s, most likely because the disk does not respond: the process ends now, and the next start removes unfinished files`
  const limit = stopsWithin === undefined ? undefined : { seconds: stopsWithin, onLate: () => log.warn(late) }
  const shutdown = listenForShutdown((signal) => log.info({ signal }, 'stopping'), limit)
  const crash = (error: unknown) => process.exit(logFailure(log, error))
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  try {
    await work(shutdown.signal)
    log.info('stopped')
    return exitCodes.done.code
  } catch (error) {
    if (isStop(error, shutdown.signal)) {
      log.info('stopped')
      return exitCodes.done.code
    }
    return logFailure(log, error)
  } finally {
    shutdown.dispose()
    process.off('uncaughtException', crash)
    process.off('unhandledRejection', crash)
  }
}

/** Whether something was thrown only because the program was told to stop. */
function isStop(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && (error === signal.reason || (error instanceof Error && error.name === 'AbortError'))
}

/** One line without a stack for what can happen to a sound program, the stack for a defect. */
function logFailure(log: Logger, error: unknown): number {
  if (error instanceof StatsError) {
    log.fatal({ code: error.code, ...error.details }, error.message)
    return error.code === 'CONFIGURATION' ? exitCodes.usage.code : exitCodes.failed.code
  }
  log.fatal(
    { err: error, version },
    'a defect of the program: please report it as docs/operating.md, "Reporting a defect", says',
  )
  return exitCodes.internal.code
}

/** The signals that stop a program, and the exit code a shell gives to a process killed by it. */
const stopSignals = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const
type StopSignal = keyof typeof stopSignals

/** How a program learns that it has to stop. */
export interface Shutdown {
  /** Aborted by the first SIGTERM, SIGINT or SIGHUP; its reason is the signal's name. */
  readonly signal: AbortSignal
  /** Forgets the signals again. */
  dispose(): void
}

/** How long stopping may take. */
export interface StopLimit {
  readonly seconds: number
  /** Called when they are over, before the process is ended. */
  onLate(): void
}

/**
 * Turns the stop signals into an `AbortSignal`. A second signal kills the process at once, and with a `limit` the first one does
 * when its time is over. `process.exit` would wait for threads that the disk keeps waiting; it is left for the first process of a
 * container, which no signal kills.
 */
export function listenForShutdown(onFirst: (signal: NodeJS.Signals) => void, limit?: StopLimit): Shutdown {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const names = Object.keys(stopSignals) as StopSignal[]
  const listeners = names.map((name) => {
    const listener = () => {
      if (controller.signal.aborted) kill(name)
      onFirst(name)
      if (limit !== undefined) timer = setTimeout(giveUp, limit.seconds * 1000, name).unref()
      controller.abort(name)
    }
    process.on(name, listener)
    return () => process.off(name, listener)
  })
  const dispose = () => {
    clearTimeout(timer)
    for (const off of listeners) off()
  }
  const kill = (name: StopSignal) => {
    dispose()
    process.kill(process.pid, name)
    process.exit(stopSignals[name])
  }
  const giveUp = (name: StopSignal) => {
    limit?.onLate()
    kill(name)
  }
  return { signal: controller.signal, dispose }
}

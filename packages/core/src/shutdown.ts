const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** What a program gets to know of being told to stop. */
export interface Shutdown {
  /** Aborted by the first SIGTERM, SIGINT or SIGHUP; its reason is the signal's name. */
  readonly signal: AbortSignal
  /** Forgets the signals again. */
  dispose(): void
}

/**
 * Turns the stop signals into an `AbortSignal`. A second signal ends the process at once, with the exit code that a shell
 * gives to a process killed by it.
 */
export function listenForShutdown(onFirst: (signal: NodeJS.Signals) => void): Shutdown {
  const controller = new AbortController()
  const numbers = { SIGTERM: 15, SIGINT: 2, SIGHUP: 1 }
  const listeners = stopSignals.map((name) => {
    const listener = () => {
      if (controller.signal.aborted) process.exit(128 + numbers[name])
      onFirst(name)
      controller.abort(name)
    }
    process.on(name, listener)
    return () => process.off(name, listener)
  })
  return { signal: controller.signal, dispose: () => void listeners.map((off) => off()) }
}

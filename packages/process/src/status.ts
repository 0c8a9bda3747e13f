import { type Configuration, counted, type Logger, StatusFile, statusPath } from '@haproxystats/core'
import type { Delivery } from './delivery/delivery.ts'
import type { PoolStatus } from './workers/pool.ts'

/** How often the status file is written, in seconds. */
const interval = 2

/** What the status file of haproxystats-process has, beside what every program's has. Ages in seconds. */
export function statusOf(delivery: Delivery, workers: PoolStatus, now = Date.now()): Record<string, unknown> {
  const age = (snapshot: string | undefined) =>
    snapshot === undefined ? undefined : Math.max(0, Math.round(now / 1000 - Number(snapshot)))
  const { counts, outputs, lastScan, oldest } = delivery
  const dispatchers = [...outputs].map(([name, { oldest: unconfirmed, ...status }]) => {
    return [name, { ...status, oldestUnconfirmed: age(unconfirmed) }]
  })
  return {
    lastScan: lastScan?.toISOString(),
    queueSize: counts.waiting,
    oldest: age(oldest),
    snapshots: counts,
    dispatchers: Object.fromEntries(dispatchers),
    workers,
  }
}

/** The state of the program in one line, for systemd. */
export function sentenceOf({ counts, outputs }: Delivery): string {
  const names = [...outputs.keys()].join(' and ')
  const { delivered, waiting, quarantined, dropped } = counts
  const lost = dropped > 0 ? `, ${dropped} dropped` : ''
  return `${counted(delivered, 'snapshot')} delivered to ${names}, ${waiting} waiting, ${quarantined} quarantined${lost}`
}

/** Writes the status file until it is closed. */
export function keepStatus(
  configuration: Configuration,
  log: Logger,
  status: () => Record<string, unknown>,
): { close(): Promise<void> } {
  const program = 'haproxystats-process'
  const file = new StatusFile(statusPath(configuration.paths['base-dir'], program), { program, log })
  file.update(status())
  const timer = setInterval(() => file.update(status()), interval * 1000)
  timer.unref()
  return {
    close: async () => {
      clearInterval(timer)
      file.update(status())
      await file.close()
    },
  }
}

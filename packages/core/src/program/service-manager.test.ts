import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLogger } from './logger.ts'
import { connectServiceManager, feedingInterval, Systemd } from './service-manager.ts'

function systemd(feeding: number | undefined) {
  let lines = ''
  const out = new Writable({
    write(bytes, _encoding, done) {
      lines += String(bytes)
      done()
    },
  })
  const log = silentLogger()
  const logged: string[] = []
  for (const level of ['info', 'error'] as const)
    log[level] = (_: unknown, text?: string) => void logged.push(text ?? '')
  /** What it was told since the last look. */
  const told = () => {
    const fresh = lines.split('\n').slice(0, -1)
    lines = ''
    return fresh
  }
  return { service: new Systemd(out, log, feeding), told, logged }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('what systemd is told', () => {
  it('is that the program is ready, alive, how it is doing, and that it stops', () => {
    const { service, told, logged } = systemd(1000)
    let status = 'two sources'
    service.ready({ alive: () => true, status: () => status })
    expect(told()).toEqual(['READY=1\tSTATUS=two sources'])
    vi.advanceTimersByTime(2000)
    expect(told()).toEqual(['WATCHDOG=1', 'WATCHDOG=1'])
    status = 'three sources\n\tWATCHDOG=0'
    vi.advanceTimersByTime(1000)
    expect(told()).toEqual(['WATCHDOG=1\tSTATUS=three sources  WATCHDOG=0'])
    service.stopping()
    service.close()
    vi.advanceTimersByTime(5000)
    expect(told()).toEqual(['STOPPING=1\tSTATUS=stopping'])
    expect(logged).toEqual([])
  })

  it('is no life of a program that stands still, which the log says once', () => {
    const { service, told, logged } = systemd(1000)
    let alive = true
    service.ready({ alive: () => alive, status: () => 'here' })
    told()
    alive = false
    vi.advanceTimersByTime(3000)
    expect(told()).toEqual([])
    expect(logged).toEqual([expect.stringContaining('no progress')])
    alive = true
    vi.advanceTimersByTime(1000)
    expect(told()).toEqual(['WATCHDOG=1'])
    expect(logged).toHaveLength(2)
  })

  it('is only the status where no watchdog waits', () => {
    const { service, told } = systemd(undefined)
    let rounds = 0
    service.ready({ alive: () => true, status: () => `round ${rounds++}` })
    vi.advanceTimersByTime(20_000)
    expect(told()).toEqual(['READY=1\tSTATUS=round 0', 'STATUS=round 1'])
  })
})

it('starts nothing where nobody wants to know', () => {
  const service = connectServiceManager(silentLogger(), {})
  service.ready({ alive: () => expect.unreachable(), status: () => expect.unreachable() })
  vi.advanceTimersByTime(120_000)
  service.stopping()
  service.close()
})

it('feeds the watchdog three times in its time, when it is meant for this process', () => {
  expect(feedingInterval({ WATCHDOG_USEC: '60000000' })).toBe(20_000)
  expect(feedingInterval({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: String(process.pid) })).toBe(20_000)
  expect(feedingInterval({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: String(process.pid + 1) })).toBeUndefined()
  for (const WATCHDOG_USEC of [undefined, '', '0', 'soon']) expect(feedingInterval({ WATCHDOG_USEC })).toBeUndefined()
})

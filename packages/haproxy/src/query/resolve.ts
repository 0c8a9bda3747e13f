import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { startTimeout } from './deadline.ts'

/**
 * The addresses of a host: those of the family that the system prefers first, sorted within a family, so that round-robin DNS
 * leads to the same address as long as it accepts. Rejects with an error of the system, with `EAI_AGAIN` at a timeout.
 * `timeout` is in seconds.
 */
export async function resolveHost(host: string, timeout: number, signal: AbortSignal): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host]
  const found = await inTime(lookup(host, { all: true }), timeout, signal)
  return ordered(found)
}

export function ordered(found: readonly { readonly address: string; readonly family: number }[]): string[] {
  const preferred = found[0]?.family
  const sorted = [...new Set(found.map(({ address }) => address))].sort()
  const family = (address: string) => (isIP(address) === preferred ? 0 : 1)
  return sorted.sort((a, b) => family(a) - family(b))
}

/** A lookup cannot be cancelled: its result is ignored after the timeout. */
async function inTime<T>(looking: Promise<T>, timeout: number, signal: AbortSignal): Promise<T> {
  let giveUp: () => void = () => undefined
  const late = new Promise<never>((_resolve, reject) => {
    giveUp = () => reject(Object.assign(new Error(`not looked up within ${timeout} s`), { code: 'EAI_AGAIN' }))
  })
  const stopTimer = startTimeout({ seconds: timeout }, giveUp)
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    return await Promise.race([looking, late])
  } finally {
    stopTimer()
    signal.removeEventListener('abort', giveUp)
  }
}

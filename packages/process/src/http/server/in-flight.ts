import type { Ready } from './response-cache.ts'

/** Responder that are being sent, each once however many clients get it: what slow clients keep in memory. */
export class InFlight {
  readonly #clients = new Map<Ready, number>()
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  add(ready: Ready): void {
    const clients = this.#clients.get(ready) ?? 0
    if (clients === 0) this.#bytes += ready.body.length
    this.#clients.set(ready, clients + 1)
  }

  remove(ready: Ready): void {
    const clients = this.#clients.get(ready) ?? 0
    if (clients > 1) this.#clients.set(ready, clients - 1)
    else if (this.#clients.delete(ready)) this.#bytes -= ready.body.length
  }
}

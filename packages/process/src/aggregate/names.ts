import { segmentOf, shortHash } from '../types/segment.ts'
import type { ObjectName } from '../types/table.ts'

/**
 * A name of HAProxy's within its scope (all frontends, all backends, the servers of one backend). `name` is as HAProxy
 * printed it, a byte a character; `segment` what it is in paths, after names that look alike have been kept apart.
 */
export interface Name {
  readonly name: string
  readonly plain: string
  segment: string
}

export interface ProxyName extends Name {
  readonly servers: Map<string, ServerName>
  object: ObjectName
}

export interface ServerName extends Name {
  readonly proxy: ProxyName
  object: ObjectName
}

/** Told of names that look alike in paths, once each. */
export type OnCollision = (kept: string, altered: string) => void

/** How many names are worth forgetting. */
export const forgetAfter = 100_000

/**
 * Every frontend, backend and server that a worker has seen, so that a name is turned into a path once and not again for
 * every snapshot.
 */
export class Names {
  readonly #frontends = new Map<string, ProxyName>()
  readonly #backends = new Map<string, ProxyName>()
  readonly #onCollision: OnCollision
  readonly #reported = new Set<string>()
  #size = 0

  constructor(onCollision: OnCollision) {
    this.#onCollision = onCollision
  }

  frontend(name: string): ProxyName {
    return this.#proxy(this.#frontends, 'frontend', name)
  }

  backend(name: string): ProxyName {
    return this.#proxy(this.#backends, 'backend', name)
  }

  server(backend: string, name: string): ServerName {
    const proxy = this.backend(backend)
    let server = proxy.servers.get(name)
    if (server === undefined) {
      const plain = segmentOf(name)
      server = { name, plain, segment: plain, proxy, object: serverObject(proxy, plain) }
      proxy.servers.set(name, server)
      this.#size++
    }
    return server
  }

  get size(): number {
    return this.#size
  }

  /**
   * Keeps the frontends, or the backends, of one snapshot apart: of names that look alike, those that had to be altered
   * get a short hash, so that each has the same path whatever else is there and in whatever order.
   */
  separateProxies(kind: 'frontend' | 'backend', proxies: readonly ProxyName[]): void {
    this.#separate(proxies, (proxy) => {
      proxy.object = proxyObject(kind, proxy.segment)
      for (const server of proxy.servers.values()) server.object = serverObject(proxy, server.segment)
    })
  }

  /** The same for servers, each within its backend. To be called after `separateProxies('backend', …)`. */
  separateServers(servers: readonly ServerName[]): void {
    const byProxy = new Map<ProxyName, ServerName[]>()
    for (const server of servers) {
      const siblings = byProxy.get(server.proxy)
      if (siblings === undefined) byProxy.set(server.proxy, [server])
      else siblings.push(server)
    }
    for (const siblings of byProxy.values()) {
      this.#separate(siblings, (server) => {
        server.object = serverObject(server.proxy, server.segment)
      })
    }
  }

  #proxy(proxies: Map<string, ProxyName>, kind: 'frontend' | 'backend', name: string): ProxyName {
    let proxy = proxies.get(name)
    if (proxy === undefined) {
      const plain = segmentOf(name)
      proxy = { name, plain, segment: plain, servers: new Map(), object: proxyObject(kind, plain) }
      proxies.set(name, proxy)
      this.#size++
    }
    return proxy
  }

  #separate<N extends Name>(names: readonly N[], renamed: (name: N) => void): void {
    const alike = new Map<string, N[]>()
    for (const name of names) {
      const others = alike.get(name.plain)
      if (others === undefined) alike.set(name.plain, [name])
      else others.push(name)
    }
    const taken = new Set(alike.keys())
    for (const [plain, group] of alike) {
      for (const name of group.length === 1 ? group : group.sort(byName)) {
        const kept = group.length === 1 || name.name === plain
        const segment = kept ? plain : alteredSegment(plain, name.name, taken)
        if (!kept) this.#report(plain, group, segment, name.name)
        if (segment === name.segment) continue
        name.segment = segment
        renamed(name)
      }
    }
  }

  #report(plain: string, group: readonly Name[], segment: string, name: string): void {
    if (this.#reported.has(segment) || this.#reported.size > forgetAfter) return
    this.#reported.add(segment)
    const other = group.find((candidate) => candidate.name !== name)
    this.#onCollision(other?.name ?? plain, `${name} as ${segment}`)
  }
}

const byName = (one: Name, other: Name) => (one.name < other.name ? -1 : 1)

/** `plain` with a hash of the name; with another hash when somebody is called that already, were it on purpose. */
function alteredSegment(plain: string, name: string, taken: Set<string>): string {
  let segment = ''
  for (let attempt = 0; segment === '' || taken.has(segment); attempt++) {
    segment = `${plain.slice(0, 191)}-${shortHash(attempt === 0 ? name : `${name}\0${attempt}`)}`
  }
  taken.add(segment)
  return segment
}

function proxyObject(kind: 'frontend' | 'backend', segment: string): ObjectName {
  return { path: `${kind}.${segment}`, group: { section: `${kind}-groups`, name: segment } }
}

/** Servers go where their backend goes: its group is theirs. */
function serverObject(proxy: ProxyName, segment: string): ObjectName {
  return {
    path: `backend.${proxy.segment}.server.${segment}`,
    group: { section: 'backend-groups', name: proxy.segment },
  }
}

import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { type Configuration, parseListenAddress } from '@haproxystats/core'

/** Text of a header that a message shows. */
const longestShown = 253

export type HostSettings = Pick<NonNullable<Configuration['http']>, 'hosts' | 'listen' | 'password-file'>

/** What is known of the names of this machine. */
export interface Machine {
  readonly hostname: string
  /** The text of /etc/hosts. */
  readonly hostsFile: string
}

export function thisMachine(): Machine {
  try {
    return { hostname: hostname(), hostsFile: readFileSync('/etc/hosts', 'utf8') }
  } catch {
    return { hostname: hostname(), hostsFile: '' }
  }
}

/**
 * Without a password, a page of some other site could have a browser on this machine, or in this network, read
 * everything: it needs a name of its own whose address changes to ours (DNS rebinding). So the name that a client asks
 * for has to be one of ours. Addresses are no names: what answers there is what was asked.
 *
 * @returns a function from the header `Host` to what is wrong with it.
 */
export function hostCheck(settings: HostSettings, machine: Machine): (host: string | undefined) => string | undefined {
  const { hosts = [] } = settings
  const names = new Set([...ownNames(machine), ...settings.listen.flatMap(listenName), ...hosts].map(plain))
  if (settings['password-file'] !== undefined || names.has('*')) return () => undefined
  return (host) => {
    // Browsers always name one.
    if (host === undefined) return undefined
    const name = plain(host.replace(/:\d*$/, ''))
    const isAddress = isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0
    if (isAddress || names.has(name)) return undefined
    return `${JSON.stringify(host.slice(0, longestShown))} is not a name of this server; add it to hosts in [http]`
  }
}

function listenName(text: string): string[] {
  const address = parseListenAddress(text)
  return address.kind === 'tcp' && address.host !== undefined ? [address.host] : []
}

/** `localhost`, the host name, and what the file of hosts calls it besides, mostly its name with the domain. */
function ownNames({ hostname, hostsFile }: Machine): string[] {
  const lines = hostsFile.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/).slice(1))
  return ['localhost', hostname, ...lines.filter((names) => names.includes(hostname)).flat()]
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}

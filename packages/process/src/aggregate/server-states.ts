import { parseStatus, type StatusWord } from '@haproxystats/haproxy/read'

/**
 * The states of servers, from the harmless to the worst. A server that several processes see differently is in the worst
 * of them. `no_check` is a server without health checks, which HAProxy takes to be up.
 */
export const serverStates = ['no_check', 'up', 'other', 'drain', 'nolb', 'maint', 'down'] as const
export type ServerState = (typeof serverStates)[number]

/** States in which a server takes new traffic. */
export const activeStates: ReadonlySet<ServerState> = new Set<ServerState>(['no_check', 'up'])

const stateByWord: Partial<Record<StatusWord, ServerState>> = {
  'no check': 'no_check',
  UP: 'up',
  DRAIN: 'drain',
  NOLB: 'nolb',
  MAINT: 'maint',
  DOWN: 'down',
}

/** The state in the column `status` of a server. */
export function serverState(status: string): ServerState {
  return stateByWord[parseStatus(status).word] ?? 'other'
}

/**
 * What the rows of one snapshot say of the state of servers, by row of the server table. A stopping process no longer
 * checks its servers, so it has no say unless nobody else has.
 */
export class ServerStates {
  #worst: number[] = []
  #stopping: boolean[] = []
  #sessions: boolean[] = []

  clear(): void {
    this.#worst = []
    this.#stopping = []
    this.#sessions = []
  }

  /** What one process says. */
  merge(row: number, status: string, hadSessions: boolean, stopping: boolean): void {
    const state = serverStates.indexOf(serverState(status))
    const known = this.#worst[row]
    if (known === undefined || (this.#stopping[row] && !stopping)) this.#worst[row] = state
    else if (stopping === this.#stopping[row]) this.#worst[row] = Math.max(known, state)
    this.#stopping[row] = (this.#stopping[row] ?? true) && stopping
    this.#sessions[row] = (this.#sessions[row] ?? false) || hadSessions
  }

  stateOf(row: number): ServerState {
    return serverStates[this.#worst[row] ?? serverStates.indexOf('other')] as ServerState
  }

  /** In maintenance and never used: a free slot of a `server-template`, or a server that was only prepared. */
  isUnused(row: number): boolean {
    return this.stateOf(row) === 'maint' && !this.#sessions[row]
  }
}

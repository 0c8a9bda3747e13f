import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { manifestName, parseManifest, readMarks } from '@haproxystats/core'
import { root, type Shape } from '../faults/harness/shape.ts'
import type { Operation } from './life.ts'
import { type Destination, destinations, type Places, Published } from './published.ts'
import type { Presence, Said, Sources } from './sources.ts'

interface Given {
  readonly places: Places
  readonly sources: Sources
  readonly interval: number
  readonly room: number
}

/** The plain model: which snapshots were published, what arrived where, and how they left the queue. */
export class Judge {
  readonly published = new Map<string, Published>()
  readonly complaints: string[] = []
  /** What happened, to show that a run was not vacuous. */
  readonly counts: Record<string, number> = {}
  readonly #places: Places
  readonly #shape: Shape
  readonly #sources: Sources
  readonly #interval: number
  readonly #room: number
  readonly #waiting = new Set<string>()
  /** Numbers what happens, and what happened when each destination had a snapshot last. */
  #events = 0
  readonly #latest: Record<Destination, number> = { graphite: 0, 'local-store': 0 }
  /** When pull looked for its sources last: the latest answer, and who listened. */
  #tick: { serial: number; presence: readonly Presence[] } = { serial: 0, presence: [] }

  /** `room`: how many snapshots may wait before one may be lost. */
  constructor({ places, sources, interval, room }: Given) {
    this.#places = places
    this.#sources = sources
    this.#shape = sources.shape
    this.#interval = interval
    this.#room = room
  }

  count(what: string, times = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + times
  }

  complain(text: string): void {
    if (this.complaints.length < 5) this.complaints.push(text)
  }

  /** What has to be in the queue, oldest first. */
  waiting(): string[] {
    return [...this.#waiting].sort((one, other) => Number(one) - Number(other))
  }

  /** Before an operation of a life. */
  begun({ kind, path }: Operation): void {
    if (kind === 'create' && dirname(dirname(path)) === this.#places.queue) this.#dropping(path)
    if (kind !== 'list' || path !== this.#places.sockets) return
    this.#tick = { serial: this.#sources.serial, presence: this.#sources.presence }
  }

  /** After an operation that had its effect; `proved` while Graphite proves what has arrived. */
  done(program: string, { kind, path, to = '' }: Operation, proved: boolean): void {
    const { queue, store } = this.#places
    const [directory, name] = [dirname(path), basename(path)]
    if (kind === 'rename' && directory === queue) this.#moved(program, name, dirname(to), proved)
    else if (kind === 'rename' && program === 'pull' && dirname(to) === queue) this.#appeared(basename(to))
    else if (kind === 'rename' && dirname(dirname(to)) === store) this.#stored(basename(dirname(to)))
    else if (kind === 'rm' && path.startsWith(`${queue}/`)) this.complain(`${program} removed ${path} in the queue`)
    else if (kind === 'list' && program === 'process' && directory === queue) this.#seen(name)
    else if (kind === 'create' && dirname(directory) === queue) {
      for (const [destination, fate] of readMarks([name])) {
        if (fate === 'delivered') this.#delivered(basename(directory), destination as Destination, proved)
      }
    }
  }

  damaged(name: string): void {
    const snapshot = this.published.get(name)
    if (snapshot !== undefined) snapshot.isDamaged = true
    this.count('damaged')
  }

  isDamaged(name: string): boolean {
    return this.published.get(name)?.isDamaged ?? false
  }

  /** One line at a destination, without its line feed. */
  arrive(destination: Destination, line: string): void {
    const complaint = this.#judge(destination, line)
    if (complaint !== undefined) this.complain(`${destination} got ${JSON.stringify(line)}, which ${complaint}`)
  }

  /** A snapshot has appeared in the queue. */
  #appeared(name: string): void {
    if (this.published.has(name)) this.complain(`slot ${name} was published twice`)
    if (Number(name) % this.#interval !== 0) this.complain(`${name} is no slot`)
    const isComplete = this.#isComplete(name)
    const said = this.#answersIn(name, isComplete)
    const answers = said.map(({ process, serial }) => ({ process, time: serial }))
    const [order, metrics] = [this.published.size, this.#shape.paths.length]
    this.published.set(name, new Published(name, { order, answers, metrics, isComplete }))
    if (!isComplete) this.count('published incomplete')
    this.#waiting.add(name)
    this.count('published')
    if (said.length < this.#shape.size.processes) this.count('published without a process')
  }

  /** A snapshot has left the queue. */
  #moved(program: string, name: string, to: string, proved: boolean): void {
    const { temporary, removing, quarantine } = this.#places
    const fates = {
      [`pull ${temporary}`]: 'dropped',
      [`process ${removing}`]: 'delivered',
      [`process ${quarantine}`]: 'quarantined',
    }
    const fate = fates[`${program} ${to}`] as Published['fate']
    const snapshot = this.published.get(name)
    if (snapshot === undefined || fate === undefined || snapshot.fate !== undefined) {
      this.complain(`${program} moved ${name} to ${to}, and it was ${snapshot?.fate ?? 'waiting or never published'}`)
      return
    }
    snapshot.fate = fate
    this.#waiting.delete(name)
    this.count(fate)
    if (fate === 'quarantined' && !snapshot.isDamaged) this.complain(`${name} is in quarantine and was sound`)
    if (fate === 'delivered') for (const destination of destinations) this.#delivered(name, destination, proved)
    const older = this.waiting().filter((other) => Number(other) < Number(name))
    if (fate === 'dropped' && older.length > 0) this.complain(`${name} was dropped, and ${older} are older`)
  }

  #seen(name: string): void {
    const snapshot = this.published.get(name)
    if (snapshot !== undefined) snapshot.seenAt = ++this.#events
  }

  /** A mark is being made: a destination loses a snapshot, which it may when too many wait. */
  #dropping(path: string): void {
    const snapshot = this.published.get(basename(dirname(path)))
    for (const [destination, fate] of readMarks([basename(path)])) {
      if (fate !== 'dropped') continue
      snapshot?.lostBy.add(destination as Destination)
      this.count('lost by a destination')
      const waiting = this.#waiting.size
      if (waiting <= this.#room) this.complain(`${destination} lost ${snapshot?.name}, when ${waiting} waited`)
    }
  }

  /** A destination counts as having a snapshot; it must have all of it then. */
  #delivered(name: string, destination: Destination, proved: boolean): void {
    const snapshot = this.published.get(name)
    if (snapshot === undefined || snapshot.lostBy.has(destination) || snapshot.countedFor.has(destination)) return
    snapshot.countedFor.add(destination)
    this.#latest[destination] = ++this.#events
    if (snapshot.has(destination) || snapshot.isUnproved) return
    if (destination === 'graphite' && !proved) {
      snapshot.isUnproved = true
      this.count('lost without proof')
    } else this.complain(`${name} counts as delivered to ${destination}, which has not all of it`)
  }

  /** A file of the local-store is in its place. */
  #stored(name: string): void {
    const text = readFileSync(join(this.#places.store, name, 'stats'), 'latin1')
    for (const line of text.split('\n').slice(0, -1)) this.arrive('local-store', line)
    const isWhole = text.endsWith('\n') && this.published.get(name)?.has('local-store') === true
    if (!isWhole) this.complain(`the file of ${name} is not whole`)
  }

  #judge(destination: Destination, line: string): string | undefined {
    const [path = '', value = '', time = '', ...more] = line.split(' ')
    const snapshot = this.published.get(time)
    if (more.length > 0 || !/^[0-9]+(\.[0-9]+)?$/.test(value)) return 'is no line of the protocol'
    if (snapshot === undefined) return 'has a time that was never published'
    const index = this.#shape.indexOf(path)
    if (!snapshot.isComplete) return 'is of an incomplete snapshot'
    if (index === undefined)
      return path.startsWith(`${root}.haproxystats.`) ? undefined : 'has a path that no snapshot has'
    const expected = this.#shape.sumOf(index, snapshot.answers)
    if (value !== String(expected)) return `should be ${expected}`
    if (snapshot.isNew(destination)) this.#inOrder(snapshot, destination)
    if (!snapshot.arrive(destination, index)) this.count('duplicates')
    return undefined
  }

  /**
   * What is older has been delivered before, if it was in the queue before, or if process knew of it when it chose what to
   * deliver next.
   */
  #inOrder({ name, order }: Published, destination: Destination): void {
    for (const other of this.#waiting) {
      const older = this.published.get(other)
      if (older === undefined || Number(other) >= Number(name)) continue
      if (older.order > order && older.seenAt > this.#latest[destination]) continue
      if (older.isDamaged || older.isUnproved || older.has(destination) || older.lostBy.has(destination)) continue
      this.complain(`${destination} got ${name} before ${other}, which is older`)
    }
  }

  #isComplete(name: string): boolean {
    const pull = parseManifest(readFileSync(join(this.#places.queue, name, manifestName)))?.pull
    if (pull === undefined) this.complain(`${name} has no report of pull in its manifest`)
    const failed = pull?.sources.some(({ result }) => result === 'failed')
    if (failed === pull?.complete) this.complain(`${name} has ${failed ? 'a' : 'no'} source that failed`)
    return pull?.complete === true
  }

  /**
   * Which answers a new snapshot holds; each of its files must be all that one source said at this tick. A complete one has
   * those of all who listen.
   */
  #answersIn(name: string, isComplete: boolean): Said[] {
    const directory = join(this.#places.queue, name)
    const files = new Set(readdirSync(directory))
    const now = this.#sources.presence
    return this.#tick.presence.flatMap(({ listens, changes }, process) => {
      const source = `lb${process}`
      if (!files.has(`${source}.sock_stat`)) {
        const isThere = listens && now[process]?.changes === changes
        if (isThere && isComplete) this.complain(`${name} was published without ${source}, which listens`)
        return []
      }
      const textOf = (part: string) => readFileSync(join(directory, `${source}.sock_${part}`), 'latin1')
      const [info, stat] = [textOf('info'), textOf('stat')]
      const said = this.#sources.said.findLast((one) => one.process === process && one.serial > this.#tick.serial)
      if (said?.info === info && said.stat === stat) return said
      this.complain(`${name} holds what ${source} did not say at this tick, or not all of it`)
      return []
    })
  }
}

/** The number of objects of the fake HAProxy processes; all have the same objects. */
export interface Size {
  readonly processes: number
  readonly frontends: number
  readonly backends: number
  /** In each backend. */
  readonly servers: number
}

/** `show info` and `show stat` of one process. */
export interface Answer {
  readonly info: string
  readonly stat: string
}

const infoFields = ['CurrConns', 'CumConns', 'CumReq'] as const
export const statFields = ['stot', 'bin', 'bout'] as const
const header = `# pxname,svname,${statFields.join(',')},type,`

/** The prefix of every metric path of the suite. */
export const root = 'test.haproxy'

/**
 * HAProxy processes whose values are a function of the time, the process and the metric, so that every datapoint can be
 * checked by its own timestamp alone. The value of a datapoint is the sum over the processes.
 */
export class Shape {
  readonly size: Size
  /** Every metric path that a snapshot makes, without those of haproxystats itself; the index is the metric. */
  readonly paths: readonly string[]
  readonly #index: ReadonlyMap<string, number>

  constructor(size: Partial<Size> = {}) {
    this.size = { processes: 2, frontends: 2, backends: 3, servers: 4, ...size }
    this.paths = [
      ...infoFields.map((field) => `${root}.daemon.${field}`),
      ...this.#objects().flatMap(({ path, isBackend }) => [
        ...statFields.map((field) => `${root}.${path}.${field}`),
        ...(isBackend ? [`${root}.${path}.TotalServers`] : []),
      ]),
    ]
    this.#index = new Map(this.paths.map((path, index) => [path, index]))
  }

  /** The numbers of its processes, from 0. */
  get processes(): number[] {
    return Array.from({ length: this.size.processes }, (_none, process) => process)
  }

  /** The metric of a path. */
  indexOf(path: string): number | undefined {
    return this.#index.get(path)
  }

  /** What the datapoint of a metric must be at a time. */
  valueOf(index: number, time: number): number {
    return this.sumOf(
      index,
      this.processes.map((process) => ({ process, time })),
    )
  }

  /** What it must be when the snapshot holds these answers, each with the values of its own time. */
  sumOf(index: number, answers: readonly { readonly process: number; readonly time: number }[]): number {
    if (this.paths[index]?.endsWith('.TotalServers')) return this.size.servers
    return answers.reduce((sum, { process, time }) => sum + mixed(time, process, index), 0)
  }

  /** The answer of one process at a time. */
  answer(time: number, process: number, pid = 1000 + process): Answer {
    const value = (path: string) => mixed(time, process, this.#index.get(`${root}.${path}`) as number)
    const info = infoFields.map((field) => `${field}: ${value(`daemon.${field}`)}\n`)
    const rows = this.#objects().map(({ pxname, svname, type, path }) => {
      const values = statFields.map((field) => value(`${path}.${field}`))
      return `${pxname},${svname},${values.join(',')},${type},\n`
    })
    return {
      info: `Name: HAProxy\nVersion: 2.6.12\nPid: ${pid}\n${info.join('')}\n`,
      stat: `${header}\n${rows.join('')}\n`,
    }
  }

  #objects(): { pxname: string; svname: string; type: number; path: string; isBackend: boolean }[] {
    const { frontends, backends, servers } = this.size
    const all = []
    for (let frontend = 0; frontend < frontends; frontend++) {
      const name = `front${frontend}`
      all.push({ pxname: name, svname: 'FRONTEND', type: 0, path: `frontend.${name}`, isBackend: false })
    }
    for (let backend = 0; backend < backends; backend++) {
      const name = `back${backend}`
      for (let server = 0; server < servers; server++) {
        const path = `backend.${name}.server.srv${server}`
        all.push({ pxname: name, svname: `srv${server}`, type: 2, path, isBackend: false })
      }
      all.push({ pxname: name, svname: 'BACKEND', type: 1, path: `backend.${name}`, isBackend: true })
    }
    return all
  }
}

/** A whole number below 2^32 that depends on every bit of all three. */
function mixed(time: number, process: number, index: number): number {
  let value =
    Math.imul(time ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(process + 1, 0xc2b2ae35) ^ Math.imul(index + 7, 0x27d4eb2f)
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  value = Math.imul(value ^ (value >>> 12), 0x297a2d39)
  return (value ^ (value >>> 15)) >>> 0
}

import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { freePort } from '../../support/free-port.ts'
import { startChild, stopChild } from './child.ts'
import { isListening } from './wait.ts'

/** Real carbon-cache, which makes a whisper file for every metric it takes. */
export class Carbon {
  readonly port: number
  readonly #directory: string
  #child: ChildProcess | undefined

  private constructor(directory: string, port: number) {
    this.port = port
    this.#directory = directory
  }

  /** In the foreground, with everything in `directory`. */
  static async start(directory: string): Promise<Carbon> {
    const carbon = new Carbon(directory, await freePort())
    const [pickle, query] = [await freePort(), await freePort()]
    mkdirSync(join(directory, 'whisper'), { recursive: true })
    mkdirSync(join(directory, 'conf'))
    writeFileSync(
      join(directory, 'conf/carbon.conf'),
      `[cache]
STORAGE_DIR = ${directory}
LOCAL_DATA_DIR = ${directory}/whisper
CONF_DIR = ${directory}/conf
LOG_DIR = ${directory}/log
PID_DIR = ${directory}
DATABASE = whisper
USER =
MAX_CACHE_SIZE = inf
MAX_UPDATES_PER_SECOND = inf
MAX_CREATES_PER_MINUTE = inf
WHISPER_FALLOCATE_CREATE = False
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = ${carbon.port}
PICKLE_RECEIVER_INTERFACE = 127.0.0.1
PICKLE_RECEIVER_PORT = ${pickle}
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = ${query}
LOG_UPDATES = False
CARBON_METRIC_INTERVAL = 0
`,
    )
    writeFileSync(join(directory, 'conf/storage-schemas.conf'), '[all]\npattern = .*\nretentions = 10s:10m\n')
    const options = ['--nodaemon', `--config=${directory}/conf/carbon.conf`, 'start']
    carbon.#child = await startChild(['carbon-cache', ...options], () => isListening(carbon.port))
    return carbon
  }

  /** The metrics that have a file. */
  metrics(): string[] {
    const root = join(this.#directory, 'whisper')
    if (!existsSync(root)) return []
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    return files.map(({ parentPath, name }) =>
      relative(root, join(parentPath, name))
        .replace(/\.wsp$/, '')
        .replaceAll('/', '.'),
    )
  }

  stop(): Promise<void> {
    return stopChild(this.#child)
  }
}

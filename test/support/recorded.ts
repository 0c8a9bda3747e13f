import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url))

/** One process's answers, recorded from a running HAProxy. */
export interface Recorded {
  /** Where from: `2.6.12-debian`, or the path of a golden snapshot's source. */
  readonly name: string
  readonly info: Buffer
  readonly stat: Buffer
}

/** A release whose answers are recorded: its folder's name begins with the version. */
export interface Release extends Recorded {
  /** `2.6` of `2.6.12-debian`. */
  readonly line: string
}

const folders = (folder: string, pattern: RegExp) =>
  readdirSync(`${fixtures}${folder}`)
    .filter((name) => pattern.test(name))
    .sort()

/** The bytes of a recorded file. */
export const recordedFile = (path: string): Buffer => readFileSync(`${fixtures}${path}`)

export const goldenFolder = `${fixtures}golden`

/** Every folder of `answers` with the answers of one release. */
export const releases: readonly Release[] = folders('answers', /^\d+\.\d+\./).map((name) => ({
  name,
  line: (/^\d+\.\d+/.exec(name) as RegExpExecArray)[0],
  info: recordedFile(`answers/${name}/info.txt`),
  stat: recordedFile(`answers/${name}/stat.txt`),
}))

/** The recorded answers of one release. */
export function release(name: string): Release {
  const found = releases.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`test/fixtures/answers has no ${name}`)
  return found
}

export interface GoldenSnapshot {
  readonly case: string
  readonly timestamp: string
  readonly path: string
}

/** Every golden snapshot. */
export const goldenSnapshots: readonly GoldenSnapshot[] = folders('golden', /-haproxy-/).flatMap((name) =>
  folders(`golden/${name}/snapshots`, /^\d+$/).map((timestamp) => ({
    case: name,
    timestamp,
    path: `${goldenFolder}/${name}/snapshots/${timestamp}`,
  })),
)

const goldenAnswers: readonly Recorded[] = goldenSnapshots.flatMap(({ case: name, timestamp, path }) =>
  readdirSync(path)
    .filter((file) => file.endsWith('_stat'))
    .map((file) => ({
      name: `${name}/${timestamp}/${file.slice(0, -'_stat'.length)}`,
      info: readFileSync(`${path}/${file.slice(0, -'_stat'.length)}_info`),
      stat: readFileSync(`${path}/${file}`),
    })),
)

/** Every recorded pair of answers there is. */
export const allRecorded: readonly Recorded[] = [...releases, ...goldenAnswers]

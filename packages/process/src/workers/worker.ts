import { type Configuration, StatsError } from '@haproxystats/core'
import { workerData } from 'piscina'
import { createEncoder } from '../dispatchers/encoders.ts'
import { Pipeline } from '../pipeline/pipeline.ts'
import type { Encode, Encoding } from '../types/dispatcher.ts'
import type { Warning, Work, WorkResult } from '../types/work.ts'
import { ExcludeFiles } from './exclude-files.ts'

/** What the main thread gives every worker when it starts. */
export interface WorkerSettings {
  readonly settings: Configuration['process']
}

const { settings } = workerData as WorkerSettings
const warnings: Warning[] = []
const excludeFiles = new ExcludeFiles(settings, (path, error) => {
  warnings.push({ message: `cannot read ${path}, what it said last still holds: ${error.message}`, facts: { path } })
})
const pipeline = new Pipeline(settings, {
  collision: (kept, altered) => {
    warnings.push({
      message: `two names look the same in metric paths: ${kept} and ${altered}`,
      facts: { kept, altered },
    })
  },
  unknownField: (field) => {
    warnings.push({
      message: `nothing is known of the field ${field}, a newer one of HAProxy: its values are summed over processes`,
      facts: { field },
    })
  },
})
const encoders = new Map<string, Encode>()

/** One snapshot, from its directory to the bytes for its destinations; without one, only that the worker is alive. */
export default function work(task: Work | undefined): WorkResult | 'alive' {
  return task === undefined ? 'alive' : encode(task)
}

function encode({ path, snapshot, encodings, accounts, spares = [] }: Work): WorkResult {
  try {
    const { tables, processes } = pipeline.run(path, excludeFiles.current(), accounts)
    const batches = encodings.map((encoding, index) => encoderOf(encoding)(tables, Number(snapshot), spares[index]))
    return {
      outcome: 'encoded',
      batches,
      processes,
      warnings: warnings.splice(0),
    }
  } catch (error) {
    if (!(error instanceof StatsError)) throw error
    return { outcome: error.code === 'QUEUE_IO' ? 'unreadable' : 'invalid', reason: error.message }
  }
}

/** Encoders keep the paths of objects, so each lives as long as the worker. */
function encoderOf(encoding: Encoding): Encode {
  const key = keyOf(encoding)
  let encode = encoders.get(key)
  if (encode === undefined) {
    encode = createEncoder(encoding)
    encoders.set(key, encode)
  }
  return encode
}

function keyOf(encoding: Encoding): string {
  return JSON.stringify(encoding, (_key, value) => (value instanceof RegExp ? String(value) : value))
}

import type { Configuration } from '@haproxystats/core'
import { reasonOf, StatsError } from '@haproxystats/core/snapshot'
import { Pipeline } from '../aggregate/pipeline.ts'
import { createEncoder } from '../outputs/format/encoders.ts'
import { aggregateEncoding, type SharedAggregate } from '../types/aggregate.ts'
import type { Encode, EncodedBatch, Encoding } from '../types/output.ts'
import type { Warning, Work, WorkResult } from '../types/work.ts'
import { ExcludedNames } from './excluded-names.ts'

/**
 * What a worker does: one snapshot, from its directory to the bytes for its destinations. Keeps what it learns of names.
 * Throws only for a defect.
 */
export function createSnapshotEncoder(settings: Configuration['process']): (work: Work) => WorkResult {
  const warnings: Warning[] = []
  const excludedNames = new ExcludedNames()
  const pipeline = createPipeline(settings, warnings)
  const encoders = new Map<string, Encode>()
  return ({ path, snapshot, encodings, accounts, excluded, spares = [], memory }) => {
    try {
      const { tables, aggregate, processes, incomplete } = pipeline.run({
        path,
        snapshot: Number(snapshot),
        excluded: excludedNames.of(excluded),
        outputs: { tables: !encodings.every(isForHttp), aggregate: encodings.some(isForHttp) },
        ...(accounts !== undefined && { accounts }),
        ...(memory !== undefined && { memory }),
      })
      const batches = encodings.map((encoding, index) => {
        if (isForHttp(encoding)) return batchOf(aggregate as SharedAggregate)
        return encoderOf(encoders, encoding)(tables, Number(snapshot), spares[index])
      })
      return {
        outcome: 'encoded',
        batches,
        processes,
        warnings: warnings.splice(0),
        ...(incomplete !== undefined && { incomplete }),
      }
    } catch (error) {
      return failure(error)
    }
  }
}

function isForHttp({ encoder }: Encoding): boolean {
  return encoder === aggregateEncoding.encoder
}

function batchOf(aggregate: SharedAggregate): EncodedBatch {
  return { bytes: new Uint8Array(0), datapoints: 0, aggregate }
}

/** Only what is in a snapshot condemns it. @throws what nobody has foreseen. */
function failure(error: unknown): WorkResult {
  if (error instanceof StatsError) {
    if (error.code === 'WORKER') throw error
    if (error.code === 'QUEUE_IO') return { outcome: 'postponed', trouble: 'reading', reason: error.message }
    if (error.code === 'CONFIGURATION') return { outcome: 'postponed', trouble: 'configuration', reason: error.message }
    return { outcome: 'invalid', reason: error.message }
  }
  if (!isOfSystem(error)) throw error
  return { outcome: 'postponed', trouble: 'reading', reason: reasonOf(error) }
}

/** Whether the system refused something: a file of the program that is loaded late and away during an upgrade, say. */
function isOfSystem(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException
  return syscall !== undefined || code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND'
}

function createPipeline(settings: Configuration['process'], warnings: Warning[]): Pipeline {
  return new Pipeline(settings, {
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
    brokenField: (field) => {
      warnings.push({
        message: `something that is no number stands in the field ${field}: its datapoints are left out where that is so`,
        facts: { field },
      })
    },
  })
}

/** Encoders keep the paths of objects, so each lives as long as the worker. */
function encoderOf(encoders: Map<string, Encode>, encoding: Encoding): Encode {
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

import type { Encode, Encoding } from '../../types/output.ts'
import { LineEncoder, type LineOptions } from './lines.ts'

/** Every way of turning tables into bytes, by the name that a dispatcher's encoding gives. Made in a worker, kept there. */
const encoders: Readonly<Record<string, (options: unknown) => Encode>> = {
  lines: (options) => {
    const encoder = new LineEncoder(options as LineOptions)
    return (tables, timestamp, spare) => encoder.encode(tables, timestamp, spare)
  },
}

/** @throws TypeError for an encoder that is not in the table: a mistake in a dispatcher. */
export function createEncoder({ encoder, options }: Encoding): Encode {
  const create = encoders[encoder]
  if (create === undefined) throw new TypeError(`no encoder is called ${encoder}`)
  return create(options)
}

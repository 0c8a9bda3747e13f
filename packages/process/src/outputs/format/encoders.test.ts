import { describe, expect, it } from 'vitest'
import { parseConfiguration } from '../../../../../test/support/configuration.ts'
import { outputs } from '../index.ts'
import { createEncoder } from './encoders.ts'

describe('createEncoder', () => {
  it.each(outputs)('knows the encoder of $name', (dispatcher) => {
    const configuration = parseConfiguration('[graphite]\n[local-store]\n')
    const { options } = dispatcher.instances(configuration)[0]!
    const encode = createEncoder(dispatcher.encoding(configuration, options))
    const table = { objects: [{ path: 'daemon' }], fields: ['m'], values: Float64Array.of(7), bigIntegers: new Map() }
    const { bytes, datapoints } = encode([{ kind: 'daemon', ...table }], 123)
    expect(datapoints).toBe(1)
    expect(Buffer.from(bytes).toString()).toMatch(/^\S+\.haproxy\.daemon\.m 7 123\n$/)
  })

  it.each(['', 'nosuch'])('refuses "%s"', (encoder) => {
    expect(() => createEncoder({ encoder, options: {} })).toThrow(TypeError)
  })
})

/** A TCP load balancer before Graphite, with and without a server that is alive: a real HAProxy in mode tcp. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Configuration } from '@haproxystats/core'
import { silentLogger } from '@haproxystats/core/program'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { GraphiteSink } from '../packages/process/src/outputs/graphite/sink.ts'
import { parseConfiguration } from './support/configuration.ts'
import { freePort } from './support/free-port.ts'
import { type Haproxy, startHaproxy } from './support/haproxy.ts'
import { runProgram } from './support/program.ts'
import { Relay } from './support/relay.ts'
import { temporaryDirectory } from './support/temporary.ts'
import { until } from './support/until.ts'

const signal = new AbortController().signal
const line = (second: number) => `lb.test ${second} ${1_700_000_000 + second}\n`
const batch = (second: number) => ({
  snapshot: String(1_700_000_000 + second),
  bytes: new Uint8Array(Buffer.from(line(second))),
  datapoints: 1,
})

let balancer: Haproxy
let relay: Relay
let configuration: (name: string) => string

beforeEach(async () => {
  relay = await Relay.prepare(await temporaryDirectory())
  const nobody = await freePort()
  const part = (name: string, port: number, more: string) => (of: (name: string) => number) =>
    `listen ${name}\n  mode tcp\n  bind 127.0.0.1:${of(name)}\n  server carbon 127.0.0.1:${port} ${more}\n`
  const parts = [
    part('checked', nobody, 'check inter 200 fall 1'),
    part('unchecked', nobody, ''),
    part('alive', relay.port, 'check inter 200 rise 1'),
  ]
  balancer = await startHaproxy({ config: (of) => parts.map((write) => write(of)).join('') })
  configuration = (name) => `[graphite]\nserver = 127.0.0.1\nport = ${balancer.port(name)}\nconnect-timeout = 2\n`
})

function sinkTo(name: string): GraphiteSink {
  const { graphite }: Configuration = parseConfiguration(configuration(name))
  const sink = new GraphiteSink(graphite, silentLogger())
  onTestFinished(() => sink.close())
  return sink
}

describe('a load balancer before Graphite', () => {
  it('with "check" and a dead server takes nothing that counts as delivered', async () => {
    await until('the server to be down', async () => /,carbon,.*,DOWN/.test(await balancer.ask('show stat')))
    const sink = sinkTo('checked')
    for (let second = 1; second <= 14; second++) {
      await expect(sink.send([batch(second)], signal)).rejects.toMatchObject({ code: 'DESTINATION' })
    }
  })

  it('without "check" is found out, as long as it tries to reach the server', async () => {
    const sink = sinkTo('unchecked')
    await expect(sink.send([batch(1)], signal)).rejects.toMatchObject({
      message: expect.stringMatching(/closed an idle connection after \d\.\d s, as a TCP load balancer does/),
    })
  })

  it('passes on to a server that is alive, which proves that it has everything', async () => {
    await relay.start()
    await until('the server to be up', async () => /alive,carbon,.*,UP/.test(await balancer.ask('show stat')))
    const sink = sinkTo('alive')
    for (let second = 1; second <= 3; second++) await sink.send([batch(second)], signal)
    expect(sink.proof).toBe('half-close')
    await until('three lines', async () => (await relay.lines()).length >= 3)
  })

  it('is noted by --check when its server is dead', async () => {
    const file = join(await temporaryDirectory(), 'haproxystats.conf')
    for (const [name, notes] of [
      ['unchecked', 1],
      ['alive', 0],
    ] as const) {
      await writeFile(file, `[paths]\nbase-dir = ${join(file, '..')}\n${configuration(name)}`)
      if (notes === 0) await relay.start()
      const { code, out } = await runProgram('process', ['--check', '-f', file])
      expect([code, out.match(/closed an idle connection/g)?.length ?? 0]).toEqual([0, notes])
    }
  })
})

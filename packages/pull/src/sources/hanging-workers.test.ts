import net from 'node:net'
import { expect, it } from 'vitest'
import { HangingWorkers } from './hanging-workers.ts'
import type { Source } from './source.ts'

const master = 'master:///run/haproxy-master.sock'
const workerOf = (text: string, pid: number): Source => ({
  ...{ name: 'master', text: `${text} @!${pid}`, worker: { pid, master: text }, discovered: false },
  address: { kind: 'master', at: { kind: 'unix', path: text.slice('master://'.length) } },
})

it('leaves two of the ten connections of each master', () => {
  const hanging = new HangingWorkers()
  const other = `${master}2`
  const places = Array.from({ length: 10 }, (_, pid) => {
    hanging.keep(workerOf(master, pid), new net.Socket())
    return hanging.placesOf(master)
  })
  expect(places).toEqual([7, 6, 5, 4, 3, 2, 1, 0, 0, 0])
  expect(hanging.placesOf(other)).toBe(8)
})

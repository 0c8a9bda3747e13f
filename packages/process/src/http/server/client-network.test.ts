import { expect, it } from 'vitest'
import { clientNetwork } from './client-network.ts'

it.each([
  [undefined, undefined],
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('the client at %s counts as %s', (address, network) => expect(clientNetwork(address)).toBe(network))

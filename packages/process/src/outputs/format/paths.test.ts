import { describe, expect, it } from 'vitest'
import { parseConfiguration } from '../../../../../test/support/configuration.ts'
import { linesEncoding } from './paths.ts'

const optionsOf = (text: string, host = 'lb1.example.com') =>
  linesEncoding(parseConfiguration(text), undefined, host).options
const rootOf = (...lines: string[]) => optionsOf(`[graphite]\n${lines.join('\n')}\n`).root

describe('what paths begin with', () => {
  it('is the namespace, the host and haproxy', () => expect(rootOf()).toBe('loadbalancers.lb1_example_com.haproxy'))

  it.each([
    ['a host without its domain', ['fqdn = false'], 'loadbalancers.lb1.haproxy'],
    ['no host', ['prefix-hostname = false'], 'loadbalancers.haproxy'],
    ['a namespace of several levels', ['namespace = prod.eu-1.lb'], 'prod.eu-1.lb.lb1_example_com.haproxy'],
    ['a namespace with empty levels', ['namespace = .prod..lb.', 'prefix-hostname = false'], 'prod.lb.haproxy'],
    ['letters that do not belong there', ['namespace = a b.ü/c', 'prefix-hostname = false'], 'a_b.__c.haproxy'],
  ])('may be %s', (_, lines, root) => expect(rootOf(...lines)).toBe(root))

  it('is fit for a path whatever the host is called', () => {
    expect(optionsOf('', 'a b\n.c').root).toBe('loadbalancers.a_b__c.haproxy')
  })
})

describe('groups', () => {
  const text = `[graphite]
group-namespace = by.flavor
group-namespace-double-writes = true
[frontend-groups]
my.shop = ^shop
rest = .
[server-groups]
cache = ^cache`

  it('are those of the configuration, in their order, by names that are fit for a path', () => {
    const { groupNamespace, doubleWrites, groups } = optionsOf(text)
    expect(groupNamespace).toBe('by.flavor')
    expect(doubleWrites).toBe(true)
    expect(groups).toEqual({
      'frontend-groups': [
        { name: 'my_shop', pattern: /^shop/ },
        { name: 'rest', pattern: /./ },
      ],
      'backend-groups': [],
      'server-groups': [{ name: 'cache', pattern: /^cache/ }],
    })
  })

  it('are off by default', () => {
    expect(optionsOf('')).toMatchObject({ groupNamespace: undefined, doubleWrites: false })
  })
})

it('can be given to a worker', () => {
  const { encoder, options } = linesEncoding(parseConfiguration('[backend-groups]\na = ^a[.]b$\n'))
  expect(encoder).toBe('lines')
  expect(structuredClone(options)).toEqual(options)
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { segmentOf, shortHash } from '../types/segment.ts'
import { Names } from './names.ts'

const silent = () => undefined
type Told = [kept: string, altered: string]

function namesThatTell(): { names: Names; told: Told[] } {
  const told: Told[] = []
  return { names: new Names((...collision) => told.push(collision)), told }
}

/** What the frontends of one snapshot are called in paths. */
function segmentsOf(names: Names, given: readonly string[]): Map<string, string> {
  const proxies = given.map((name) => names.frontend(name))
  names.separateProxies('frontend', proxies)
  for (const { object, segment } of proxies) {
    expect(object).toEqual({ path: `frontend.${segment}`, group: { section: 'frontend-groups', name: segment } })
  }
  return new Map(proxies.map(({ name, segment }) => [name, segment]))
}

/** The same for the servers of one backend. */
function serverSegmentsOf(names: Names, backend: string, given: readonly string[]): Map<string, string> {
  const servers = given.map((name) => names.server(backend, name))
  names.separateProxies('backend', [names.backend(backend)])
  names.separateServers(servers)
  for (const { object, proxy, segment } of servers) {
    expect(object).toEqual({
      path: `backend.${proxy.segment}.server.${segment}`,
      group: { section: 'backend-groups', name: proxy.segment },
    })
  }
  return new Map(servers.map(({ name, segment }) => [name, segment]))
}

const altered = (name: string) => `${segmentOf(name)}-${shortHash(name)}`

describe('names that do not look alike', () => {
  it('are their segments', () => {
    const { names, told } = namesThatTell()
    expect([...segmentsOf(names, ['www.example.com', 'FRONTEND', 'BACKEND', 'constructor', '__proto__'])]).toEqual([
      ['www.example.com', 'www_example_com'],
      ['FRONTEND', 'FRONTEND'],
      ['BACKEND', 'BACKEND'],
      ['constructor', 'constructor'],
      ['__proto__', '__proto__'],
    ])
    expect(told).toEqual([])
  })

  it('are the same object whenever they are seen, so that caches may hold it', () => {
    const names = new Names(silent)
    segmentsOf(names, ['a', 'b.c'])
    const { object } = names.frontend('b.c')
    segmentsOf(names, ['b.c', 'd'])
    expect(names.frontend('b.c').object).toBe(object)
  })

  it('may be those of a frontend and a backend at once, and of servers of two backends', () => {
    const { names, told } = namesThatTell()
    const [frontend, backend] = [names.frontend('a.b'), names.backend('a_b')]
    const servers = [names.server('a_b', 's.1'), names.server('other', 's_1')]
    names.separateProxies('frontend', [frontend])
    names.separateProxies('backend', [backend, names.backend('other')])
    names.separateServers(servers)
    expect([frontend, backend, ...servers].map(({ object }) => object.path)).toEqual([
      'frontend.a_b',
      'backend.a_b',
      'backend.a_b.server.s_1',
      'backend.other.server.s_1',
    ])
    expect(told).toEqual([])
  })
})

describe('names that look alike', () => {
  it('stay apart: the one that needs no change keeps its path, others get a hash', () => {
    const { names, told } = namesThatTell()
    expect([...segmentsOf(names, ['a.b', 'a_b', 'a b'])].sort()).toEqual([
      ['a b', altered('a b')],
      ['a.b', altered('a.b')],
      ['a_b', 'a_b'],
    ])
    expect(told.map(([, alteredName]) => alteredName).sort()).toEqual([
      `a b as ${altered('a b')}`,
      `a.b as ${altered('a.b')}`,
    ])
  })

  it('are told of once', () => {
    const { names, told } = namesThatTell()
    for (let snapshot = 0; snapshot < 3; snapshot++) segmentsOf(names, ['a.b', 'a_b'])
    expect(told).toEqual([['a_b', `a.b as ${altered('a.b')}`]])
  })

  it('all get a hash where none of them needs no change', () => {
    expect([...segmentsOf(new Names(silent), ['a.b', 'a b']).values()]).toEqual([altered('a.b'), altered('a b')])
  })

  it('are themselves again in a snapshot without the others', () => {
    const names = new Names(silent)
    segmentsOf(names, ['a.b', 'a_b'])
    expect(segmentsOf(names, ['a.b']).get('a.b')).toBe('a_b')
    expect(segmentsOf(names, ['a_b', 'a.b']).get('a.b')).toBe(altered('a.b'))
  })

  it('take the paths of their servers along', () => {
    const names = new Names(silent)
    const server = names.server('a.b', 's.1')
    names.separateProxies('backend', [names.backend('a.b'), names.backend('a_b')])
    names.separateServers([server])
    expect(server.object.path).toBe(`backend.${altered('a.b')}.server.s_1`)
    expect(names.server('a.b', 'new').object.path).toBe(`backend.${altered('a.b')}.server.new`)
    names.separateProxies('backend', [names.backend('a.b')])
    expect(server.object.path).toBe('backend.a_b.server.s_1')
  })

  it('stay apart from a name that looks like an altered one', () => {
    const given = ['a.b', 'a_b', altered('a.b')]
    const segments = segmentsOf(new Names(silent), given)
    expect(new Set(segments.values()).size).toBe(3)
    expect(segments.get('a_b')).toBe('a_b')
    expect(segments.get(altered('a.b'))).toBe(altered('a.b'))
    expect(segments.get('a.b')).toMatch(/^a_b-[0-9a-f]{8}$/)
  })

  it('stay apart when they have one hash too, in any order', () => {
    const given = [' ? .!  ...', ' ???.!!! .']
    expect(altered(given[0]!)).toBe(altered(given[1]!))
    const segments = segmentsOf(new Names(silent), given)
    expect(new Set(segments.values()).size).toBe(2)
    const reversed = segmentsOf(new Names(silent), [...given].reverse())
    for (const each of given) expect(reversed.get(each)).toBe(segments.get(each))
  })

  it('stay apart when they are long', () => {
    const long = `${'x'.repeat(250)}.`
    const given = [long, segmentOf(long)]
    const segments = segmentsOf(new Names(silent), given)
    expect(new Set(segments.values()).size).toBe(2)
    expect(segments.get(segmentOf(long))).toBe(segmentOf(long))
  })
})

/** Few different names, many of which look alike. */
const name = fc.oneof(
  fc.stringMatching(/^[ab._ ]{1,3}$/),
  fc.constantFrom('', '__proto__', 'constructor', 'toString', 'FRONTEND', 'BACKEND', altered('a.b'), altered('a b')),
  fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom('.', '_', '\xe9').map((end) => `${'long'.repeat(60)}${end}`),
)
const snapshot = fc.uniqueArray(name, { maxLength: 12 })
const inTwoOrders = snapshot.chain((given) =>
  fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
)

describe.each([
  ['frontends', segmentsOf],
  ['servers', (names: Names, given: readonly string[]) => serverSegmentsOf(names, 'a.b', given)],
] as const)('any %s', (_, separate) => {
  it('get segments that are fit for a path and all different', () => {
    fc.assert(
      fc.property(snapshot, (given) => {
        const segments = [...separate(new Names(silent), given).values()]
        for (const segment of segments) expect(segment).toMatch(/^[A-Za-z0-9_:-]{1,200}$/)
        expect(new Set(segments).size).toBe(given.length)
      }),
    )
  })

  it('get the same in any order, whatever was there before', () => {
    fc.assert(
      fc.property(inTwoOrders, fc.array(snapshot, { maxLength: 3 }), ([given, other], before) => {
        const names = new Names(silent)
        for (const earlier of before) separate(names, earlier)
        const expected = separate(new Names(silent), given)
        const found = separate(names, other)
        for (const each of given) expect(found.get(each)).toBe(expected.get(each))
      }),
    )
  })
})

it('says how many names it remembers, each once', () => {
  const names = new Names(silent)
  for (const name of ['f1', 'f2', 'f1']) names.frontend(name)
  names.backend('f1')
  names.server('f1', 'f1')
  names.server('f1', 'f1')
  expect(names.size).toBe(4)
})

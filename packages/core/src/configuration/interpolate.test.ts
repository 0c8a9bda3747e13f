import { describe, expect, it } from 'vitest'
import { errorsIn, parseConfiguration } from '../../../../test/support/configuration.ts'

describe('interpolation', () => {
  it('follows sections, the own section, [DEFAULT] and options of the operator, nested', () => {
    const { pull, process } = parseConfiguration(
      [
        '[DEFAULT]',
        'top = /srv/$$/${sub}',
        'sub = default',
        '[site]',
        'name = ${DEFAULT:sub}-1',
        '[pull]',
        'sub = own',
        'dst-dir = ${TOP}/in',
        'tmp-dst-dir = ${pull:dst-dir}.tmp',
        '[process]',
        'src-dir = ${top}/${site:name}',
      ].join('\n'),
    )
    expect(pull['dst-dir']).toBe('/srv/$/own/in')
    expect(pull['tmp-dst-dir']).toBe('/srv/$/own/in.tmp')
    expect(process['src-dir']).toBe('/srv/$/default/default-1')
  })

  it('reaches built-in defaults, and follows their references', () => {
    expect(parseConfiguration('[paths]\nbase-dir = /b\n').pull['dst-dir']).toBe('/b/incoming')
    expect(parseConfiguration('[local-store]\ndir = ${process:src-dir}.out\n')['local-store']?.dir).toBe(
      '/var/lib/haproxystats/incoming.out',
    )
  })

  it.each([
    [
      'dst-dir = ${paths:bas-dir}/x',
      'a.conf:2: [pull] dst-dir = ${paths:bas-dir}/x: ${paths:bas-dir} refers to bas-dir of [paths], which does not exist; did you mean base-dir?',
    ],
    [
      'dst-dir = ${path:base-dir}/x',
      'a.conf:2: [pull] dst-dir = ${path:base-dir}/x: ${path:base-dir} refers to the section [path], which does not exist; did you mean paths?',
    ],
    [
      'dst-dir = ${socket-dir}/x',
      'a.conf:2: [pull] dst-dir = ${socket-dir}/x: ${socket-dir} refers to socket-dir of [pull], which is not set; set socket-dir in [pull]',
    ],
    [
      'dst-dir = ${constructor}/x',
      'a.conf:2: [pull] dst-dir = ${constructor}/x: ${constructor} refers to constructor of [pull], which does not exist',
    ],
    [
      'dst-dir = /$x',
      'a.conf:2: [pull] dst-dir = /$x: a $ that is followed by neither $ nor {; write $$ for a dollar sign',
    ],
    [
      'dst-dir = /x$',
      'a.conf:2: [pull] dst-dir = /x$: a $ that is followed by neither $ nor {; write $$ for a dollar sign',
    ],
    [
      'dst-dir = /${x',
      'a.conf:2: [pull] dst-dir = /${x: ${ without a name and a closing }; write $$ for a dollar sign',
    ],
    [
      'dst-dir = /${}',
      'a.conf:2: [pull] dst-dir = /${}: ${ without a name and a closing }; write $$ for a dollar sign',
    ],
    [
      'dst-dir = /${a:b:c}',
      'a.conf:2: [pull] dst-dir = /${a:b:c}: ${a:b:c} has more than one colon; write ${section:option} or ${option}',
    ],
    [
      'dst-dir = ${dst-dir}',
      'a.conf:2: [pull] dst-dir = ${dst-dir}: refers to itself: [pull] dst-dir → [pull] dst-dir; write one of them without the other',
    ],
    [
      'dst-dir = ${tmp-dst-dir}/x\ntmp-dst-dir = ${dst-dir}',
      'a.conf:2: [pull] dst-dir = ${tmp-dst-dir}/x: refers to itself: [pull] dst-dir → [pull] tmp-dst-dir → [pull] dst-dir; write one of them without the other',
    ],
  ])('refuses %s', (line, message) => {
    expect(errorsIn(`[pull]\n${line}\n`)).toEqual([message])
  })

  it('tells of a loop through a built-in default once, where the file closes it', () => {
    expect(errorsIn('[paths]\nbase-dir = ${pull:dst-dir}\n')).toEqual([
      'a.conf:2: [paths] base-dir = ${pull:dst-dir}: refers to itself: [paths] base-dir → [pull] dst-dir → [paths] base-dir; write one of them without the other',
    ])
  })
})

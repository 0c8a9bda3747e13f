import { describe, expect, it } from 'vitest'
import { errorsIn, readConfiguration } from '../../../../test/support/configuration.ts'
import { renderDiagnostic } from './diagnostic.ts'

describe('options that do not go together', () => {
  it.each([
    [
      '[pull]\npull-timeout = 11',
      'a.conf:2: [pull] pull-timeout = 11: expected at most pull-interval, which is 10 by default; 0 for no limit but pull-interval',
    ],
    [
      '[pull]\npull-interval = 4\npull-timeout = 5',
      'a.conf:3: [pull] pull-timeout = 5: expected at most pull-interval, which is 4; 0 for no limit but pull-interval',
    ],
    [
      '[pull]\ndst-dir = /x\ntmp-dst-dir = /x/',
      'a.conf:3: [pull] tmp-dst-dir = /x/: expected a directory apart from dst-dir of [pull], which is /x',
    ],
    [
      '[pull]\ntmp-dst-dir = ${dst-dir}/tmp',
      'a.conf:2: [pull] tmp-dst-dir = /var/lib/haproxystats/incoming/tmp: expected a directory apart from dst-dir of [pull], which is /var/lib/haproxystats/incoming',
    ],
    [
      '[pull]\ndst-dir = /var/lib/haproxystats/incoming.tmp/../incoming.tmp/in',
      'a.conf:2: [pull] dst-dir = /var/lib/haproxystats/incoming.tmp/../incoming.tmp/in: expected a directory apart from tmp-dst-dir of [pull], which is /var/lib/haproxystats/incoming.tmp',
    ],
    [
      '[process]\nsrc-dir = /var/lib/haproxystats/incoming.tmp',
      'a.conf:2: [process] src-dir = /var/lib/haproxystats/incoming.tmp: expected a directory apart from tmp-dst-dir of [pull], which is /var/lib/haproxystats/incoming.tmp',
    ],
    [
      '[local-store]\ndir = ${process:src-dir}',
      'a.conf:2: [local-store] dir = /var/lib/haproxystats/incoming: expected another directory than src-dir of [process], which is /var/lib/haproxystats/incoming',
    ],
    [
      '[pull]\nhttp-user = monitoring',
      'a.conf:2: [pull] http-user = monitoring: without http-password-file it has no effect; set http-password-file too',
    ],
    [
      '[pull]\nhttp-password-file = /p',
      'a.conf:2: [pull] http-password-file = /p: without http-user it has no effect; set http-user too',
    ],
    [
      '[pull]\ntls-key-file = /k',
      'a.conf:2: [pull] tls-key-file = /k: without tls-certificate-file it has no effect; set tls-certificate-file too',
    ],
  ])('%j', (text, message) => {
    expect(errorsIn(`${text}\n`)).toEqual([message])
  })

  it.each([
    '[pull]\npull-timeout = 0\npull-interval = 1',
    '[pull]\npull-timeout = 10\npull-interval = 10',
    '[pull]\npull-timeout = 0.9\npull-interval = 1',
    '[pull]\ndst-dir = /q/in\ntmp-dst-dir = /q/in.tmp',
    '[pull]\ndst-dir = /q\ntmp-dst-dir = /..q',
    '[local-store]\ndir = /var/lib/haproxystats',
  ])('%j is in order', (text) => {
    expect(errorsIn(`${text}\n`)).toEqual([])
  })

  it('warn of a password in an address, without showing it', () => {
    const text = '[pull]\nservers = http://me:swordfish@lb1/\ntls-certificate-file = /c\n'
    const { errors, warnings } = readConfiguration([{ file: 'a.conf', text }])
    expect(errors).toEqual([])
    expect(warnings.map(renderDiagnostic)).toEqual([
      'a.conf:2: [pull] servers = http://***@lb1/: an address contains a password; set http-user and http-password-file instead',
    ])
  })

  it.each([
    [
      'listen = *:8405',
      'listen = *:8405: no password: everybody who can reach *:8405 can read the statistics; set password-file',
    ],
    [
      'listen = 127.0.0.1:8405, lb1:8405\npassword-file = /p',
      'listen = 127.0.0.1:8405, lb1:8405: no TLS: passwords are sent in clear text; set tls-certificate-file',
    ],
    ['listen = 127.0.0.1:8405, [::1]:8405, unix:///s', undefined],
    ['listen = *:8405\npassword-file = /p\ntls-certificate-file = /c', undefined],
  ])('warn of a page that others can read: %j', (lines, expected) => {
    const { errors, warnings } = readConfiguration([{ file: 'a.conf', text: `[http]\n${lines}\n` }])
    expect(errors).toEqual([])
    expect(warnings.map(renderDiagnostic)).toEqual(expected === undefined ? [] : [`a.conf:2: [http] ${expected}`])
  })

  it('want a certificate for the key of the page', () => {
    expect(errorsIn('[http]\ntls-key-file = /k')).toEqual([
      'a.conf:2: [http] tls-key-file = /k: without tls-certificate-file it has no effect; set tls-certificate-file too',
    ])
  })

  it('only warn where a default does not fit', () => {
    const { errors, warnings } = readConfiguration([{ file: 'a.conf', text: '[pull]\npull-interval = 2\n' }])
    expect(errors).toEqual([])
    expect(warnings.map(renderDiagnostic)).toEqual([
      'a.conf:2: [pull] pull-interval = 2: not longer than pull-timeout, which is 2 by default; set pull-timeout too: below pull-interval, or 0 for no limit but pull-interval',
    ])
  })

  it('are left alone while one of them is mistaken itself', () => {
    expect(errorsIn('[pull]\npull-timeout = 5\npull-interval = x\n')).toEqual([
      'a.conf:3: [pull] pull-interval = x: expected a whole number from 1 to 86400 (seconds)',
    ])
  })
})

it('warns of a queue that has no room beside what is being delivered', () => {
  const warnings = (text: string) => readConfiguration([{ file: 'a.conf', text }]).warnings.map(renderDiagnostic)
  expect(warnings('[pull]\nqueue-size = 1\n')).toEqual([
    'a.conf:2: [pull] queue-size = 1: the queue holds one snapshot, so pulling stops while an output is down; set 2 or more',
  ])
  expect(warnings('[pull]\nqueue-size = 2\n')).toEqual([])
})

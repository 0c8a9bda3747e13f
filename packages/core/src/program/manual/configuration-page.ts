import { meaning, needs, sectionSummary, syntax } from '../../configuration/manual.ts'
import type { Option, Section } from '../../options/kinds.ts'
import type { OptionTable } from '../../options/table.ts'
import { defaultFile } from '../command-line.ts'
import { bold, italic, item, literal, page, prose, verbatim } from './roff.ts'

/** The manual page of the configuration file, chapter 5, from the table of options. */
export function renderConfigurationPage(table: OptionTable): string {
  const sections = Object.entries(table.sections)
  return page('haproxystats.conf', 5, 'settings of haproxystats-pull and haproxystats-process', [
    [
      'DESCRIPTION',
      prose(
        literal(
          'Both programs read this file; without it they run on the defaults. It has sections in brackets, and options with values:',
        ),
      ),
      verbatim([
        '[pull]',
        'socket-dir = /run/haproxy',
        '',
        '[graphite]',
        'server = graphite.example.com',
        'port = 2003',
      ]),
      '.PP',
      prose(literal(syntax)),
      '.PP',
      prose(literal(needs(table))),
      '.PP',
      prose(
        literal(
          'An option that a section does not set has the built-in default of the section, else what [DEFAULT] says. An error is reported with its file and line, and nothing is started; --check of either program reports all of them.',
        ),
      ),
    ],
    ...sections.map(([name, section]) => [`[${name}]`, ...sectionContent(section)] as const),
    ['FILES', item(italic(defaultFile), literal('The file that is read when none is named.'))],
    ['SEE ALSO', `${bold('haproxystats-pull')}(1),`, `${bold('haproxystats-process')}(1)`],
  ])
}

function sectionContent(section: Section): string[] {
  const examples = section.example === undefined ? [] : [section.example]
  return [
    prose(literal(sectionSummary(section))),
    ...[...examples, ...(section.family === undefined ? [] : [section.family.example.join('\n')])].map((example) =>
      verbatim(example.split('\n')),
    ),
    ...Object.entries(section.options).map(([option, row]) => optionItem(option, row)),
  ]
}

function optionItem(name: string, option: Option): string {
  const example = option.example === undefined ? [] : [`${literal('Example:')} ${literal(option.example)}`]
  const head = option.default === undefined ? bold(name) : `${bold(name)} = ${literal(option.default)}`
  const unset = option.inherited ? ['As in [DEFAULT] unless set.'] : ['Unset by default.']
  const sentences = option.default === undefined ? [...meaning(option), ...unset] : meaning(option)
  return item(head, literal(sentences.join(' ')), ...example)
}

// @ts-check
import { meaningOf, variables, wrapped } from './options.mjs'

/** @typedef {import('./options.mjs').Variable} Variable */

/** What the class has beside the options: name, type, default, meaning. */
const own = /** @type {const} */ ([
  ['package_name', 'String[1]', "'haproxystats'", 'The package with the programs and their units.'],
  ['package_ensure', 'String[1]', "'installed'", 'Which release, or latest; absent to leave installing to others.'],
  ['programs', 'String[1]', "'/usr/bin'", 'The directory of the programs.'],
  ['user', 'String[1]', "'haproxystats'", 'The user that the programs run as, and its group.'],
  ['socket_group', 'String[1]', "'haproxy'", 'The group of the stats sockets, which the user joins.'],
  ['file', 'String[1]', "'/etc/haproxystats.conf'", 'The configuration that is written.'],
  [
    'sections',
    'Hash[String[1], Hash[String[1], Scalar]]',
    '{}',
    'Sections of any name with their options: graphite:second, frontend-groups.',
  ],
])

/** The generated files of the module. */
export function puppet() {
  return {
    'contrib/puppet/haproxystats/manifests/init.pp': manifest(),
    'contrib/puppet/haproxystats/templates/haproxystats.conf.epp': template(),
  }
}

const rows = () => variables().flatMap(({ variables: all }) => all)

/** @param {Variable} variable */
function typeOf({ row }) {
  // Of several words from a list the programs see to themselves: the whole list makes lines too long for puppet-lint.
  if (row.choices !== undefined && row.kind !== 'words') {
    return `Enum[${row.choices.map((choice) => `'${choice}'`).join(', ')}]`
  }
  if (row.kind === 'boolean') return 'Boolean'
  if (row.kind === 'integer' || row.kind === 'bytes') return `Integer[${row.min ?? 'default'}, ${row.max ?? 'default'}]`
  if (row.kind === 'seconds' || row.kind === 'number') return 'Numeric'
  if (row.kind === 'words' || row.kind === 'addresses' || row.kind === 'listeners')
    return 'Variant[String[1], Array[String[1]]]'
  return 'String[1]'
}

function manifest() {
  const about = [
    ...own.map(([name, , , summary]) => [name, summary]),
    ...rows().map((variable) => [variable.name, meaningOf(variable)]),
  ].flatMap(([name, summary]) => [`# @param ${name}`, ...wrapped(`${summary}`, 100).map((line) => `#   ${line}`)])
  const types = [
    ...own.map(([name, type, value]) => [type, `$${name} = ${value}`]),
    ...rows().map((variable) => [`Optional[${typeOf(variable)}]`, `$${variable.name} = undef`]),
  ]
  const width = Math.max(...types.map(([type = '']) => type.length))
  const parameters = types.map(([type = '', rest = '']) => `  ${type.padEnd(width)} ${rest},`)
  return `# Written by npm run contrib, from the table of options.
#
# @summary Configures and runs haproxystats. What is not set is not written, and has the default of the programs.
#
${about.join('\n')}
class haproxystats (
${parameters.join('\n')}
) {
  contain haproxystats::install
  contain haproxystats::config
  contain haproxystats::service

  Class['haproxystats::install']
  -> Class['haproxystats::config']
  ~> Class['haproxystats::service']
}
`
}

function template() {
  const blocks = variables().map(({ section, variables: all }) => {
    const any = all.map(({ name }) => `$haproxystats::${name}`).join(', ')
    const lines = all.map((variable) => {
      const value = `$haproxystats::${variable.name}`
      return `<% unless ${value} =~ Undef { -%>\n${variable.option} = <%= ${expression(variable, value)} %>\n<% } -%>`
    })
    return `<% unless [${any}].filter |$value| { $value =~ NotUndef }.empty { -%>\n[${section}]\n${lines.join('\n')}\n\n<% } -%>`
  })
  const others = `<% $haproxystats::sections.each |$section, $options| { -%>
[<%= $section %>]
<% $options.each |$option, $value| { -%>
<%= $option %> = <%= $value %>
<% } -%>

<% } -%>`
  return `# Written by Puppet.\n\n${[...blocks, others].join('\n')}\n`
}

/** @param {Variable} variable @param {string} value */
function expression({ row: { kind } }, value) {
  if (kind === 'words') return `[${value}].flatten.join(' ')`
  if (kind === 'addresses' || kind === 'listeners') return `[${value}].flatten.join(', ')`
  return value
}

// @ts-check
import { meaningOf, variables, wrapped } from './options.mjs'

/** @typedef {import('./options.mjs').Variable} Variable */

const role = 'contrib/ansible/roles/haproxystats'
const generated = '# Written by npm run contrib, from the table of options.'

/** How the role's variables look; they are written into the configuration only when they are set. */
const types = /** @type {const} */ ({
  text: 'str',
  path: 'str',
  host: 'str',
  integer: 'int',
  bytes: 'int',
  seconds: 'float',
  number: 'float',
  boolean: 'bool',
  choice: 'str',
  words: 'raw',
  addresses: 'raw',
  listeners: 'raw',
  pattern: 'str',
})

/** What the role has beside the options: name, type, default, meaning. */
const own = /** @type {const} */ ([
  [
    'haproxystats_install',
    'str',
    "{{ 'package' if ansible_os_family == 'Debian' else 'npm' }}",
    'Where the programs come from: package (of the distribution), npm, or none.',
  ],
  ['haproxystats_package', 'str', 'haproxystats', 'The name of the package, of both kinds; with npm also a tarball.'],
  ['haproxystats_programs', 'str', '/usr/bin', 'The directory of the programs.'],
  ['haproxystats_user', 'str', 'haproxystats', 'The user that the programs run as, and its group.'],
  ['haproxystats_socket_group', 'str', 'haproxy', 'The group of the stats sockets, which the user joins.'],
  ['haproxystats_file', 'str', '/etc/haproxystats.conf', 'The configuration that is written.'],
  [
    'haproxystats_units',
    'str',
    "{{ role_path ~ '/../../../../systemd' if haproxystats_install == 'npm' else '' }}",
    'The directory of the units, where no package brings them; with npm those of this checkout.',
  ],
  [
    'haproxystats_sections',
    'dict',
    '{}',
    'Sections of any name with their options: [graphite:second], [frontend-groups].',
  ],
])

/** The generated files of the role. */
export function ansible() {
  return {
    [`${role}/defaults/main.yml`]: defaults(),
    [`${role}/meta/argument_specs.yml`]: specification(),
    [`${role}/templates/haproxystats.conf.j2`]: template(),
  }
}

function defaults() {
  const lines = own.map(([name, type, value]) => `${name}: ${type === 'dict' ? value : JSON.stringify(value)}`)
  return `---\n${generated}\n# Options of haproxystats have no default here: see meta/argument_specs.yml.\n${lines.join('\n')}\n`
}

function specification() {
  const lines = [
    ...own.flatMap(([name, type, , summary]) => entry(name, summary, type)),
    ...variables().flatMap(({ variables: all }) =>
      all.flatMap((variable) => [
        ...entry(`haproxystats_${variable.name}`, meaningOf(variable), types[variable.row.kind]),
        ...(variable.row.choices === undefined
          ? []
          : [`        choices: [${variable.row.choices.map(yamlWord).join(', ')}]`]),
      ]),
    ),
  ]
  const head = [
    generated,
    'argument_specs:',
    '  main:',
    '    short_description: Installs haproxystats on a load balancer.',
  ]
  return `---\n${[...head, '    options:', ...lines].join('\n')}\n`
}

/** @param {string} name @param {string} summary @param {string} type */
function entry(name, summary, type) {
  return [
    `      ${name}:`,
    '        description: >-',
    ...wrapped(summary, 90).map((line) => `          ${line}`),
    `        type: ${type}`,
  ]
}

function template() {
  const blocks = variables().map(({ section, variables: all }) => {
    const any = all.map(({ name }) => `haproxystats_${name} is defined`)
    const lines = all.flatMap((variable) => [
      `{% if haproxystats_${variable.name} is defined %}`,
      `${variable.option} = {{ ${expression(variable)} }}`,
      '{% endif %}',
    ])
    return [`{% if ${any.join('\n   or ')} %}`, `[${section}]`, ...lines, '', '{% endif %}'].join('\n')
  })
  const others = [
    '{% for section, options in haproxystats_sections.items() %}',
    '[{{ section }}]',
    '{% for option, value in options.items() %}',
    '{{ option }} = {{ (value | string | lower) if value is boolean else ([value] | flatten | join(" ")) }}',
    '{% endfor %}',
    '',
    '{% endfor %}',
  ]
  return `{{ ansible_managed | comment }}\n\n${[...blocks, ...others].join('\n')}\n`
}

/** What YAML would take for a number is in quotes. @param {string} word */
function yamlWord(word) {
  return /^\d/.test(word) ? `"${word}"` : word
}

/** @param {Variable} variable */
function expression({ name, row: { kind } }) {
  const variable = `haproxystats_${name}`
  if (kind === 'boolean') return `${variable} | bool | string | lower`
  if (kind === 'words') return `[${variable}] | flatten | join(" ")`
  if (kind === 'addresses' || kind === 'listeners') return `[${variable}] | flatten | join(", ")`
  return variable
}

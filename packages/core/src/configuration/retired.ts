import { familyOf } from '../options/table.ts'

/** Options that the sample files of haproxystats carry or carried though nothing reads them, and what to write instead. */
export interface RetiredOption {
  /** Sections whose samples have it. */
  readonly sections: readonly string[]
  readonly option: string
  readonly hint: string
}

export const retiredOptions: readonly RetiredOption[] = [
  { sections: ['graphite'], option: 'prefix_hostname', hint: 'write prefix-hostname instead' },
  { sections: ['graphite'], option: 'prefix-name', hint: 'write prefix-hostname instead' },
  { sections: ['graphite'], option: 'prefix_name', hint: 'write prefix-hostname instead' },
  { sections: ['graphite'], option: 'timeout', hint: 'write connect-timeout and write-timeout instead' },
  { sections: ['graphite'], option: 'connect_timeout', hint: 'write connect-timeout instead' },
  { sections: ['graphite'], option: 'write_timeout', hint: 'write write-timeout instead' },
  { sections: ['graphite'], option: 'queue_size', hint: 'write queue-size instead' },
  {
    sections: ['graphite'],
    option: 'sent-failed',
    hint: 'leave it out: what cannot be sent waits in src-dir of [process]',
  },
  { sections: ['DEFAULT', 'pull', 'graphite'], option: 'retry', hint: 'write retries instead' },
]

export function retiredOption(section: string, option: string): RetiredOption | undefined {
  const name = familyOf(section) ?? section
  return retiredOptions.find((retired) => retired.option === option && retired.sections.includes(name))
}

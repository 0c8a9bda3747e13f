import { type FileList, listConfigurationFiles, readConfigurationFiles } from '../configuration/files.ts'
import { type ConfigurationResult, readConfiguration } from '../configuration/read.ts'
import type { OptionTable } from '../options/table.ts'
import { defaultFile, type Invocation } from './command-line.ts'

type NamedFiles = Pick<Invocation, 'file' | 'directory'>

/** The file named, then those of the directory named; the default file only when nothing is named. */
export function filesToRead({ file, directory }: NamedFiles): FileList {
  if (file === undefined && directory === undefined)
    return { files: [{ file: defaultFile, optional: true }], errors: [] }
  const named = file === undefined ? [] : [{ file }]
  const { files, errors } = directory === undefined ? { files: [], errors: [] } : listConfigurationFiles(directory)
  return { files: [...named, ...files], errors }
}

/** Reads the files that the command line names. Files that cannot be read are errors of the reading. */
export function readInvoked(table: OptionTable, named: NamedFiles): ConfigurationResult {
  const { files, errors: unlisted } = filesToRead(named)
  const { texts, errors: unread } = readConfigurationFiles(files)
  const reading = readConfiguration(texts, table)
  const missing = [...unread, ...unlisted]
  if (missing.length === 0) return reading
  return { ...reading, configuration: undefined, errors: [...missing, ...reading.errors] }
}

// What runs a program. Apart from the rest, because worker threads need none of it and its libraries take 12 MB.
export * from './command-line.ts'
export { createLogger, silentLogger } from './logger.ts'
export * from './program.ts'
export type { Health, ServiceManager } from './service-manager.ts'

// What reading a snapshot takes. Apart from the rest, because worker threads need no more, and loading all of it would hold up
// their first snapshot.
export * from '../errors.ts'
export * from './contract.ts'
export * from './manifest.ts'

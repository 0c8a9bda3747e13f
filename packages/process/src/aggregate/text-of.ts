import { isUtf8 } from 'node:buffer'

/** As a person reads it: HAProxy copies whatever bytes are in its configuration or come from a server. */
export function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return buffer.toString(isUtf8(buffer) ? 'utf8' : 'latin1')
}

/** The same of a text with a byte a character. */
export function readable(text: string): string {
  return /[^\0-\x7f]/.test(text) ? textOf(Buffer.from(text, 'latin1')) : text
}

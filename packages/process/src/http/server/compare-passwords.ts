// What the thread of passwords does.
import bcrypt from 'bcryptjs'

export default function compare([password, hash]: readonly [password: string, hash: string]): boolean {
  return bcrypt.compareSync(password, hash)
}

/** Tells that the thread works. */
export function alive(): void {}

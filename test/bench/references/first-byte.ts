// The least that a start can take: node, one connection, one line. first-byte.js <port>.
import { sendAll } from './reference.ts'

const [port] = process.argv.slice(2)
void sendAll(Buffer.from('loadbalancers.haproxy 1 1600000000\n'), Number(port))
process.send?.('ready')

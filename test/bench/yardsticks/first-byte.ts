// The least a start can take: node, one connection, one line. first-byte.js <port>.
import net from 'node:net'

const [port] = process.argv.slice(2)
const socket = net.connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true })
socket.end('loadbalancers.haproxy 1 1600000000\n')
socket.resume()
process.send?.('ready')

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { until } from './until.ts'

/**
 * Node.js has no unix datagram sockets, python3 has. Prints each message as a line of JSON. A descriptor that comes along
 * is closed, which confirms the message to systemd-notify.
 */
const receiver = `
import array, json, os, socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print(json.dumps("listening"), flush=True)
while True:
    message, ancillary, _, _ = receiver.recvmsg(4096, socket.CMSG_SPACE(16))
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors = array.array("i")
            descriptors.frombytes(content)
            for descriptor in descriptors:
                os.close(descriptor)
    print(json.dumps(message.decode()), flush=True)
`

/** A fake service manager: the messages that arrived at the datagram socket `path`, in order, each a list of assignments. */
export async function notifySocket(path: string): Promise<{ readonly told: readonly string[][] }> {
  const child = spawn('python3', ['-c', receiver, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'close')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await gone
  })
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)))
  await until('the datagram socket', () => lines.length > 0)
  return {
    get told() {
      return lines
        .slice(1)
        .filter((message) => message !== 'BARRIER=1')
        .map((message) => message.split('\n'))
    },
  }
}

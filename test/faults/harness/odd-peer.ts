import { startChild } from './child.ts'

/** Listens and never accepts, so that connections wait until the kernel's backlog is full. */
const deaf = `
  const server = require('net').createServer().listen(Number(process.argv[1]), '127.0.0.1', 1, () => {
    require('fs').writeSync(1, 'listening')
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })`

/**
 * Reads one byte a call, 10,000 a second by the clock, and forwards them to a second port. It closes its side when that port
 * has closed.
 */
const oneByte = `
  use IO::Socket::INET;
  use Time::HiRes qw(time);
  $SIG{CHLD} = 'IGNORE';
  my ($port, $next) = @ARGV;
  my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 16, ReuseAddr => 1) or die $!;
  syswrite(STDOUT, 'listening');
  while (my $client = $server->accept) {
    next if fork;
    close $server;
    my $to = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$next") or die $!;
    my ($begin, $count, $byte, $read) = (time, 0);
    while ($read = sysread($client, $byte, 1)) {
      syswrite($to, $byte);
      $count++;
      select(undef, undef, undef, 0.001) while $count > 10000 * (time - $begin);
    }
    exit 1 unless defined $read;
    shutdown($to, 1);
    sysread($to, $byte, 1);
    exit;
  }`

/** Programs that read as no Node.js receiver can; arguments: its port, the port to forward to. */
const commands = {
  deaf: [process.execPath, '-e', deaf],
  'one-byte': ['perl', '-e', oneByte],
} as const

/** Starts a peer in a process of its own. */
export const startOddPeer = (name: keyof typeof commands, port: number, next = 0) =>
  startChild([...commands[name], String(port), String(next)], (output) => output.includes('listening'))

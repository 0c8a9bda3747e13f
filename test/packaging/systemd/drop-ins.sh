# What the unit of haproxystats-process refuses, and each drop-in of docs/systemd.md that allows it: first without, then with it.
# Sourced by first-boot.sh; leaves the configuration and the unit as they were.
unit=haproxystats-process
directory=/etc/systemd/system/$unit.service.d
mkdir -p "$directory"

# serving LINES: the configuration of before with a section [http] of these lines.
serving() { { cat /test/haproxystats.conf; printf '[http]\n'; printf '%s\n' "$@"; } >$configuration; }
# The program may not be ready, or even end: what matters is what it says.
restart() {
  systemctl daemon-reload
  systemctl reset-failed "$unit.service"
  systemctl restart --no-block "$unit.service"
}
# refuses PATTERN
refuses() {
  begin=$(date +%s)
  restart
  await $patience said $unit "$begin" "$1" || { recent $unit "$begin"; return 1; }
}
# serves NAME COMMAND ARGUMENTS: with the drop-in of that name the command succeeds; the drop-in is removed again.
serves() {
  cp "/test/drop-ins/$1" "$directory/"
  name=$1
  shift
  begin=$(date +%s)
  restart
  await $patience "$@"
  result=$?
  [ $result = 0 ] || recent $unit "$begin"
  rm "$directory/$name"
  return $result
}
health() { node /test/health.mjs "$@"; }

serving 'listen = *:443'
check 'a port below 1024 is refused' refuses 'cannot listen at \*:443: listen EACCES'
check 'with low-port.conf it is served' serves low-port.conf health http://127.0.0.1:443

install -d -m 0700 /home/operator
install -d -m 0755 /home/operator/haproxystats
printf 'me:$2y$05$%053d\n' 0 >/home/operator/haproxystats/users
serving 'listen = 127.0.0.1:8405' 'password-file = /home/operator/haproxystats/users'
check 'a file in /home is refused' refuses 'cannot read /home/operator/haproxystats/users'
check 'with home.conf it is read' serves home.conf health http://127.0.0.1:8405

serving 'listen = unix:///run/haproxystats-process/http.sock'
restart
check 'a socket in its own directory of /run is served to its group' await $patience \
  setpriv --reuid nobody --regid haproxystats --clear-groups node /test/health.mjs http://a /run/haproxystats-process/http.sock
serving 'listen = unix:///run/haproxystats-page/http.sock' 'socket-mode = 666'
check 'a socket elsewhere in /run is refused' refuses 'cannot listen at unix:///run/haproxystats-page/http.sock'
check 'with run.conf it is served to everybody' serves run.conf \
  setpriv --reuid nobody --regid nogroup --clear-groups node /test/health.mjs http://a /run/haproxystats-page/http.sock

live=/etc/letsencrypt/live/lb1.example.com
install -d -m 0700 /etc/letsencrypt /etc/letsencrypt/live $live
install -m 0600 /test/fullchain.pem /test/privkey.pem $live/
serving 'listen = 127.0.0.1:8405' "tls-certificate-file = $live/fullchain.pem" "tls-key-file = $live/privkey.pem"
check "a certificate of Let's Encrypt is refused" refuses "cannot read $live/fullchain.pem"
credentials=/run/credentials/$unit.service
serving 'listen = 127.0.0.1:8405' "tls-certificate-file = $credentials/http.pem" "tls-key-file = $credentials/http.key"
check 'with letsencrypt.conf it is served' serves letsencrypt.conf health https://127.0.0.1:8405

install -d -o haproxystats -g haproxystats -m 0750 /srv/haproxystats
sed 's|^dir = .*|dir = /srv/haproxystats/local-store|' /test/haproxystats.conf >$configuration
check 'a directory elsewhere is refused' refuses 'EROFS\|read-only\|cannot be made\|may not be written'
elsewhere() { cat /srv/haproxystats/local-store/*/stats 2>/dev/null | grep -q 'frontend\.www\.stot'; }
check 'with directory.conf it is written' serves directory.conf elsewhere

# The number in the 19th column is the niceness of each thread.
lowered() { cut -d ' ' -f 19 "/proc/$(value $unit MainPID)"/task/*/stat | sort -un | tail -n 1 | grep -qx 15; }
serving 'listen = 127.0.0.1:8405'
restart
check 'the thread that serves [http] has a lower priority than the program' await $patience lowered

cp /test/haproxystats.conf $configuration
restart
check 'and all is as before' await $patience is $unit ActiveState active

# What must hold of the units where systemd is process 1: run by haproxystats-test.service at both boots of the machine.
# Every check prints a line that begins with "ok" or "FAILED"; the last line is "passed" or "failed".
cd /test
failures=0
# Seconds; everything is emulated, maybe on a machine with other things to do.
patience=400
units='haproxystats-pull haproxystats-process'
configuration=/etc/haproxystats.conf

# check TITLE COMMAND ARGUMENTS: whether the command succeeds.
check() {
  title=$1
  shift
  if "$@" >/test/output 2>&1; then
    printf 'ok      %s\n' "$title"
  else
    failures=$((failures + 1))
    printf 'FAILED  %s\n' "$title"
    tail -n 20 /test/output | sed 's/^/          /'
  fi
}
note() { printf '        %s\n' "$*"; }
# await SECONDS COMMAND ARGUMENTS: waits until it succeeds.
await() {
  end=$(($(date +%s) + $1))
  shift
  until "$@"; do
    [ "$(date +%s)" -lt "$end" ] || { echo "waited in vain for: $*"; return 1; }
    sleep 1
  done
}
value() { systemctl show --value --property "$2" "$1.service"; }
# is UNIT PROPERTY VALUE
is() {
  found=$(value "$1" "$2")
  [ "$found" = "$3" ] || { echo "$2 of $1: found $found, expected $3"; return 1; }
}
both() {
  for unit in $units; do "$1" "$unit" || return 1; done
}
said() { journalctl --boot --unit "$1.service" --since "@$2" --output cat --no-pager | grep -q "$3"; }
# What a unit has written since a second, for a person who reads a failure.
recent() { journalctl --boot --unit "$1.service" --since "@$2" --output cat --no-pager | tail -n 12; }

datapoints() { cat /var/lib/relay/received 2>/dev/null | grep -c 'haproxy\.frontend\.www\.stot'; }
flows_on() {
  before=$(datapoints)
  more() { [ "$(datapoints)" -gt "$((before + 1))" ]; }
  await $patience more
}

. "/test/$(cat /test/stage)"

if [ "$failures" -eq 0 ]; then echo passed; else
  for unit in $units; do
    echo "-- journal of $unit"
    journalctl --boot --unit "$unit.service" --no-pager | tail -n 60
  done
  echo failed
fi

# Installed on a running machine, started, hurt in every way that its unit has an answer for.
printf 'second-boot.sh\n' >/test/stage
note "$(systemctl --version | head -n 1), node $(node --version), $(haproxy -v | head -n 1 | cut -d ' ' -f 1-3)"

check 'HAProxy runs as a service of the system' await $patience test -S /run/haproxy/admin.sock
check 'the package is installed' dpkg --install /test/haproxystats.deb
installed() { systemctl cat "$1.service" && is "$1" ActiveState inactive && is "$1" UnitFileState disabled; }
check 'its units are known, and neither started nor enabled' both installed
check 'its user may use the stats sockets' setpriv --reuid haproxystats --regid haproxystats --init-groups \
  test -w /run/haproxy/admin.sock

# An emulated processor takes its time; all else is as the units have it.
for unit in $units; do
  mkdir -p "/etc/systemd/system/$unit.service.d"
  printf '[Service]\nTimeoutStartSec=600\n' >"/etc/systemd/system/$unit.service.d/emulated.conf"
done
systemctl daemon-reload

cp /test/haproxystats.conf $configuration
enabled() { systemctl enable "$1.service" && is "$1" UnitFileState enabled; }
check 'both units are enabled' both enabled
begin=$(date +%s)
started() { systemctl start "$1.service" && is "$1" ActiveState active && is "$1" Type notify; }
check 'both units are started, and are ready' both started
note "ready after $(($(date +%s) - begin)) s"
check 'datapoints reach the relay' flows_on
stored() { cat /var/lib/haproxystats/local-store/*/stats | grep -q 'frontend\.www\.stot'; }
check 'and the local store' await $patience stored
tells() { value "$1" StatusText | grep -Eq '1 of 1 sources|[1-9][0-9]* snapshots? delivered'; }
tell() { await $patience tells "$1" || { value "$1" StatusText; return 1; }; }
check 'systemctl status tells how they are doing' both tell
for unit in $units; do note "$unit: $(value "$unit" StatusText)"; done

confined() {
  status=/proc/$(value "$1" MainPID)/status
  grep -Eq '^Seccomp:.2$' "$status" && grep -Eq '^NoNewPrivs:.1$' "$status" && grep -Eq '^CapBnd:.0+$' "$status" ||
    { cat "$status"; return 1; }
}
check 'they run confined' both confined
apart() { [ "$(cut -d " " -f 19 "/proc/$(value "$1" MainPID)/stat")" -gt 0 ] && is "$1" OOMScoreAdjust 500; }
check 'they stand behind HAProxy' both apart
one_user() { [ "$(stat -c %U "/proc/$(value "$1" MainPID)")" = haproxystats ]; }
check 'they run as their own user' both one_user

refused() { ! systemctl reload "$1.service" && is "$1" ActiveState active; }
check 'a reload is refused without harm' both refused

killed() {
  before=$(value "$1" MainPID)
  kill -KILL "$before"
  await $patience is "$1" NRestarts 1 && await $patience is "$1" ActiveState active && ! is "$1" MainPID "$before"
}
check 'after kill -9 they are started again' both killed
check 'and go on' flows_on

# Both at once: the watchdog takes a minute.
begin=$(date +%s)
for unit in $units; do kill -STOP "$(value "$unit" MainPID)"; done
watched() {
  barked() { said "$1" "$begin" 'Watchdog timeout'; }
  await $patience barked "$1" && await $patience is "$1" NRestarts 2 && await $patience is "$1" ActiveState active
}
check 'a program that stands still is replaced by the watchdog' both watched
note "after $(($(date +%s) - begin)) s"
check 'and its work goes on' flows_on

systemctl stop $units
stopped() { is "$1" ActiveState inactive && is "$1" Result success && is "$1" ExecMainStatus 0; }
check 'they stop cleanly' both stopped
empty() { ! test -e "/sys/fs/cgroup/system.slice/$1.service" || ! grep -q . "/sys/fs/cgroup/system.slice/$1.service/cgroup.procs"; }
check 'and leave no process behind' both empty

sed 's/^\[process\]$/&\nworkers = none/' /test/haproxystats.conf >$configuration
begin=$(date +%s)
broken() {
  ! systemctl start "$1.service" && said "$1" "$begin" 'workers = none: expected a whole number' ||
    { recent "$1" "$begin"; return 1; }
}
check 'a mistake in the configuration keeps them from starting, and is named' both broken
given_up() {
  { is "$1" ActiveState failed && is "$1" NRestarts 0 && is "$1" ExecMainStatus 2; } || { recent "$1" "$begin"; return 1; }
}
check 'they are not started again and again: a person has to mend it' both given_up
for unit in $units; do note "$unit: $(value "$unit" NRestarts) restarts, $(value "$unit" Result), $(($(date +%s) - begin)) s"; done
cp /test/haproxystats.conf $configuration
mended() { systemctl reset-failed "$1.service" && systemctl start "$1.service"; }
check 'mended, they start' both mended

. /test/drop-ins.sh

before=" $(value haproxystats-pull MainPID) $(value haproxystats-process MainPID) "
check 'an upgrade' dpkg --install --force-confold /test/haproxystats.deb
upgraded() { is "$1" ActiveState active && ! echo "$before" | grep -q " $(value "$1" MainPID) "; }
check 'starts what runs anew' both upgraded
check 'and the work goes on' flows_on

unhurt() {
  events=/sys/fs/cgroup/system.slice/$1.service/memory.events
  grep -q '^max 0$' "$events" && grep -q '^oom_kill 0$' "$events" || { cat "$events"; return 1; }
}
check 'they stay below their limit of memory' both unhurt
for unit in $units; do note "$unit: $(($(value "$unit" MemoryPeak) / 1000000)) MB at most, limit $(value "$unit" MemoryMax)"; done
no_trouble() { ! journalctl --boot --no-pager | grep -E 'SIGSYS|status=31/|seccomp|haproxystats.*(Permission denied|Operation not permitted)'; }
check 'nothing was refused that they need' no_trouble

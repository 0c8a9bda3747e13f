# The life of the package on a machine: installed, used, upgraded, removed, purged. Usage: life.sh OLD NEW
old=$1
new=$2
cd /

step() { printf -- '-- %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*"; exit 1; }
as_user='setpriv --reuid haproxystats --regid haproxystats --init-groups'
# Waits at most 40 seconds for a command to succeed.
await() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || fail "waited in vain for: $*"
    sleep 0.2
  done
}

step "the old release is installed"
dpkg --install "$old" </dev/null
id haproxystats | grep -q '(haproxy)' || fail "the user is not in the group haproxy: $(id haproxystats)"
[ "$(stat -c '%U:%G %a' /var/lib/haproxystats)" = 'haproxystats:haproxystats 750' ] || fail 'the state directory'
grep -q 'of the old release' /etc/haproxystats.conf || fail 'its configuration is missing'

step "a person configures it"
cat >/etc/haproxystats.conf <<'CONFIGURATION'
[pull]
socket-dir = /run/haproxy
pull-interval = 1
pull-timeout = 0
timeout = 0.8
[graphite]
enabled = false
[local-store]
dir = /var/lib/haproxystats/local-store
CONFIGURATION
cp /etc/haproxystats.conf /root/configured

step "it is upgraded, and the configuration is kept"
dpkg --force-confdef --force-confold --install "$new" </dev/null
cmp /etc/haproxystats.conf /root/configured || fail 'the configuration was changed'
[ -f /etc/haproxystats.conf.dpkg-dist ] || fail 'the new sample is not beside it'

step "it reads a real HAProxy and delivers"
mkdir /run/haproxy
cat >/root/haproxy.cfg <<'CONFIGURATION'
global
  user haproxy
  group haproxy
  stats socket /run/haproxy/admin.sock mode 660 group haproxy level user
defaults
  mode http
  timeout connect 2s
  timeout client 5s
  timeout server 5s
frontend www
  bind unix@/run/www.sock
CONFIGURATION
haproxy -db -f /root/haproxy.cfg &
haproxy=$!
await test -S /run/haproxy/admin.sock
$as_user haproxystats-pull --check
$as_user haproxystats-process --check
$as_user haproxystats-pull >/root/pull.log &
pull=$!
$as_user haproxystats-process >/root/process.log &
process=$!
delivered() { cat /var/lib/haproxystats/local-store/*/stats 2>/dev/null | grep -q 'frontend\.www\.stot'; }
await delivered
size=$(/usr/lib/nagios/plugins/check_haproxystats_queue_size) || fail "the check says: $size"
printf '%s\n' "$size"
kill "$pull" "$process"
wait "$pull" || fail "pull ended with $?: $(tail -n 3 /root/pull.log)"
wait "$process" || fail "process ended with $?: $(tail -n 3 /root/process.log)"
kill "$haproxy"

step "its manual and its units are in their places"
for page in haproxystats-pull.1 haproxystats-process.1 haproxystats.conf.5; do
  [ -s "/usr/share/man/man${page##*.}/$page.gz" ] || fail "$page"
done
systemd-analyze verify /usr/lib/systemd/system/haproxystats-pull.service \
  /usr/lib/systemd/system/haproxystats-process.service 2>&1 | grep 'haproxystats' && fail 'systemd-analyze verify'

step "it is removed, and what a person may want is left"
dpkg --remove haproxystats </dev/null
[ ! -e /usr/bin/haproxystats-pull ] && [ ! -e /usr/lib/haproxystats ] || fail 'programs are left'
[ -f /etc/haproxystats.conf ] && [ -d /var/lib/haproxystats/local-store ] || fail 'something of a person is gone'

step "it is purged"
dpkg --purge haproxystats </dev/null
[ ! -e /etc/haproxystats.conf ] && [ ! -e /var/lib/haproxystats ] || fail 'files are left'
left=$(find /etc /usr /var/lib -name '*haproxystats*' -newer /root/configured -not -path '/usr/share/mime/*')
[ -z "$left" ] || fail "left: $left"
dpkg-query --show haproxystats 2>/dev/null && fail 'dpkg still knows it'
step "done"

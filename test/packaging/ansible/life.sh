# The role for real on a machine without systemd as process 1: everything but starting the units, which a machine of its own
# does. Usage: life.sh CHECKOUT DEB TARBALL
checkout=$1
deb=$2
tarball=$3
export HOME=/root ANSIBLE_NOCOLOR=1 ANSIBLE_LOCAL_TEMP=/tmp/ansible ANSIBLE_REMOTE_TEMP=/tmp/ansible
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
cd "$checkout/contrib/ansible"

step() { printf -- '-- %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*"; exit 1; }
# Waits at most 40 seconds for a command to succeed.
await() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || fail "waited in vain for: $*"
    sleep 0.2
  done
}
store=/var/lib/haproxystats/local-store
play() {
  ansible-playbook playbook.yml -i localhost, -c local --skip-tags run -e ansible_become=false \
    -e haproxystats_pull_pull_interval=1 -e haproxystats_pull_pull_timeout=0 -e haproxystats_pull_timeout=0.8 \
    -e haproxystats_graphite_enabled=false -e "haproxystats_local_store_dir=$store" "$@" >/tmp/played 2>&1 ||
    { cat /tmp/played; fail 'the role'; }
  tail -n 2 /tmp/played
}
# What the role has made, whichever way; $1 is where the units are.
works() {
  id haproxystats | grep -q '(haproxy)' || fail "the user is not in the group haproxy: $(id haproxystats)"
  [ "$(stat -c '%U:%G %a' /etc/haproxystats.conf)" = 'root:haproxystats 640' ] || fail "$(ls -l /etc/haproxystats.conf)"
  pids=
  for name in pull process; do
    command=$(sed -n 's/^ExecStart=//p' "$1/haproxystats-$name.service")
    install -d -o haproxystats -g haproxystats -m 0750 /var/lib/haproxystats
    setpriv --reuid haproxystats --regid haproxystats --init-groups $command >"/tmp/$name.log" &
    pids="$pids $!"
  done
  delivered() { cat $store/*/stats 2>/dev/null | grep -q 'frontend\.www\.stot'; }
  await delivered
  for name in pull process; do await test -s "/var/lib/haproxystats/haproxystats-$name.status.json"; done
  kill $pids
  for pid in $pids; do wait "$pid" || fail "ended with $?: $(tail -n 3 /tmp/p*.log)"; done
  rm -rf /var/lib/haproxystats/*
}

mkdir -p /run/haproxy
cat >/tmp/haproxy.cfg <<'CONFIGURATION'
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
haproxy -db -f /tmp/haproxy.cfg &
haproxy=$!
await test -S /run/haproxy/admin.sock

step "from a repository of Debian packages"
repository=/var/tmp/repository
mkdir -p $repository
cp "$deb" $repository/haproxystats.deb
{
  dpkg-deb --field $repository/haproxystats.deb | sed '/^Description:/,$d'
  printf 'Filename: ./haproxystats.deb\nSize: %s\nSHA256: %s\nDescription: haproxystats\n' \
    "$(stat -c %s $repository/haproxystats.deb)" "$(sha256sum $repository/haproxystats.deb | cut -d ' ' -f 1)"
} >$repository/Packages
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*
printf 'deb [trusted=yes] file:%s ./\n' $repository >/etc/apt/sources.list
apt-get update -q >/dev/null
play
grep -q 'changed=[1-9]' /tmp/played || fail 'nothing was changed'
works /usr/lib/systemd/system
step "once more, and nothing is changed"
play
grep -q 'changed=0 ' /tmp/played || fail 'something was changed again'
dpkg --purge haproxystats </dev/null >/dev/null

step "with npm, as where a distribution is of the family of RHEL"
play -e ansible_os_family=RedHat -e "haproxystats_package=$tarball"
grep -q 'changed=[1-9]' /tmp/played || fail 'nothing was changed'
! dpkg-query --status haproxystats >/dev/null 2>&1 || fail 'it was not npm that installed it'
works /etc/systemd/system
step "once more, and nothing is changed"
play -e ansible_os_family=RedHat -e "haproxystats_package=$tarball"
grep -q 'changed=0 ' /tmp/played || fail 'something was changed again'
kill "$haproxy"
step "done"

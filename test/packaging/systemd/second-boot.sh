# The machine was started again: both run without anybody's help, until the package goes.
up() { await $patience is "$1" ActiveState active; }
check 'after a boot both run' both up
steady() { is "$1" NRestarts 0; }
check 'at the first attempt' both steady
check 'and datapoints reach the relay' flows_on

rm -r /etc/systemd/system/haproxystats-*.service.d
check 'the package is removed' dpkg --remove haproxystats
gone() { is "$1" ActiveState inactive && ! test -e "/usr/lib/systemd/system/$1.service"; }
check 'its units were stopped before' both gone
check 'the package is purged' dpkg --purge haproxystats
forgotten() { ! test -e /etc/systemd/system/multi-user.target.wants/$1.service && is "$1" LoadState not-found; }
check 'and systemd knows nothing of it' both forgotten

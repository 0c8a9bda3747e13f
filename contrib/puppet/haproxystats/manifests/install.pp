# @summary The package, the user, and its access to the stats sockets.
class haproxystats::install {
  if $haproxystats::package_ensure != 'absent' {
    package { $haproxystats::package_name:
      ensure => $haproxystats::package_ensure,
      before => User[$haproxystats::user],
    }
  }

  group { [$haproxystats::user, $haproxystats::socket_group]:
    ensure => present,
    system => true,
  }

  user { $haproxystats::user:
    ensure     => present,
    system     => true,
    gid        => $haproxystats::user,
    groups     => [$haproxystats::socket_group],
    membership => minimum,
    managehome => false,
    shell      => '/usr/sbin/nologin',
  }
}

# @summary Both programs, running.
class haproxystats::service {
  service { ['haproxystats-pull', 'haproxystats-process']:
    ensure => running,
    enable => true,
  }
}

# @summary The configuration, unless the programs find a mistake in it.
class haproxystats::config {
  file { $haproxystats::file:
    ensure       => file,
    owner        => 'root',
    group        => $haproxystats::user,
    mode         => '0640',
    content      => epp('haproxystats/haproxystats.conf.epp'),
    validate_cmd => "${haproxystats::programs}/haproxystats-process --print-conf -f %",
  }
}

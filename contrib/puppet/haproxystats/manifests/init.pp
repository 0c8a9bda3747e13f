# Written by npm run contrib, from the table of options.
#
# @summary Configures and runs haproxystats. What is not set is not written, and has the default of the programs.
#
# @param package_name
#   The package with the programs and their units.
# @param package_ensure
#   Which release, or latest; absent to leave installing to others.
# @param programs
#   The directory of the programs.
# @param user
#   The user that the programs run as, and its group.
# @param socket_group
#   The group of the stats sockets, which the user joins.
# @param file
#   The configuration that is written.
# @param sections
#   Sections of any name with their options: graphite:second, frontend-groups.
# @param default_loglevel
#   The least severe messages to log, in both programs. At info, normal operation is summarized once a
#   minute; debug has a line for every snapshot. Default: info
# @param default_log_format
#   Format of log lines: json, text for people, or auto: text on a terminal, json elsewhere. Lines that
#   go to the systemd journal carry their priority, for journalctl -p warning. Default: auto
# @param default_retries
#   Accepted for compatibility; has no effect, because [pull] and [graphite] have defaults of their own.
#   Default: 2
# @param default_timeout
#   Accepted for compatibility; has no effect, because [pull] and [graphite] have defaults of their own.
#   Default: 1
# @param default_interval
#   Accepted for compatibility; has no effect, because [pull] and [graphite] have defaults of their own.
#   Default: 2
# @param paths_base_dir
#   Directory that holds the directories and status files of both programs. It is created with its
#   parents if missing. Default: /var/lib/haproxystats
# @param pull_loglevel
#   The least severe messages that this program logs. Unset by default.
# @param pull_log_format
#   Format of the log lines of this program. Unset by default.
# @param pull_socket_dir
#   Directory of the stats sockets of HAProxy. Every socket in it is a source; the directory is read
#   again at every pull. Several sockets of one process count once, and a socket that is not a stats
#   socket (of a master, of a frontend) is skipped; both are logged. Unset by default. Example:
#   /run/haproxy
# @param pull_servers
#   Addresses of sources, separated by commas, in addition to those of socket-dir. tcp+tls:// is a stats
#   socket behind TLS. http://host:port/path, https:// and http+unix:///socket:/path are statistics
#   pages, which have no show info. master:///socket is the socket of a master process (-S); all its
#   workers are read, including those of earlier reloads. Several addresses of one process count once:
#   by the first one listed, or as a worker of its master. A statistics page does not identify its
#   process, so list no page of a process that is also read otherwise. Unset by default. Example:
#   unix:///run/haproxy/admin.sock, tcp://127.0.0.1:1936, tcp://[::1]:1936
# @param pull_retries
#   How many times to retry connecting to a source after a failure; -1: without limit, 0: never.
#   Default: 1
# @param pull_timeout
#   Timeout for connecting to a source; HAProxy accepts within 1 to 2 ms. Time during which
#   haproxystats-pull itself is busy does not count. Default: 0.1
# @param pull_interval
#   Delay before connecting is retried; about as long as a reload of HAProxy takes. Default: 0.5
# @param pull_pull_timeout
#   Time limit for one pull of all sources. A pull always ends before the next one begins, so 0, or the
#   value of pull-interval, adds no limit. Time during which haproxystats-pull itself is busy does not
#   count. Default: 2
# @param pull_pull_interval
#   Time from one pull to the next; a whole number, because a snapshot is named by its second. Default:
#   10
# @param pull_buffer_limit
#   How much of one answer is buffered in memory at most. When all buffered answers together reach 2 MB,
#   reading waits for writing. This does not limit the size of an answer; see answer-limit. Default:
#   6291456
# @param pull_answer_limit
#   Maximum size of an answer from one source. A larger answer is an error and makes the snapshot
#   incomplete. Default: 67108864
# @param pull_dst_dir
#   The queue directory, with one subdirectory for each complete snapshot. Default:
#   ${paths:base-dir}/incoming
# @param pull_tmp_dst_dir
#   Directory in which snapshots are written before they are renamed into dst-dir; both must be on one
#   file system. Default: ${paths:base-dir}/incoming.tmp
# @param pull_workers
#   How many files are written at the same time. Default: 8
# @param pull_queue_size
#   Maximum number of snapshots in dst-dir. With that many the queue is full, see queue-full. This
#   happens only while haproxystats-process is not running: while it runs, an output that is down or too
#   slow loses snapshots before, see backlog. Default: 360
# @param pull_queue_full
#   What to do when the queue is full because haproxystats-process is not running: suspend stops pulling
#   until there is room, so the newest snapshots are missing; drop-oldest removes the oldest snapshot
#   for each new one. Both are counted and logged. Outputs without a backlog-full of their own follow
#   this setting. Default: suspend
# @param pull_on_failure
#   What outputs do with a snapshot in which a source did not answer. Such a snapshot is always
#   published, marked as incomplete: the page, CSV, the API and /metrics show what answered and name
#   what did not. discard keeps it out of Graphite and local-store, so that no total there covers fewer
#   processes than there are; partial sends it, with haproxystats.Complete 0. The option incomplete of
#   an output overrides this. Default: discard
# @param pull_stale_after
#   How long a socket of socket-dir that answered before and now refuses connections counts as a failed
#   source, because its process has died. After that it counts as left behind by a process that is gone,
#   as a socket that never answered does at once. The time is kept across restarts. 0: at once. Default:
#   900
# @param pull_leave_out
#   What HAProxy does not need to print, which saves CPU time of HAProxy and traffic: listeners (of
#   "option socket-stats", which are never sent to outputs), servers, servers in maintenance (maint), or
#   all servers and backends that are down (down); maint and down need HAProxy 2.3 or newer. Without
#   servers, their counts (TotalServers and those of server-state-metrics) are not sent. Does not apply
#   to statistics pages, whose address may end in ;up or ;no-maint. Unset by default. Example: listeners
#   maint
# @param pull_counters
#   How counters in Graphite and [local-store] behave when a process is restarted, reloaded or ends. raw
#   sums the running processes, so totals drop after a reload. monotonic adds the last known counters of
#   ended processes, so totals do not drop. A counter that two processes report (stats-file,
#   shm-stats-file) is counted once in either case. [http] always serves monotonic counters, because
#   Prometheus takes a counter that drops for a restart of everything. With monotonic, or with a section
#   [http], counters are kept in base-dir, which costs about 0.3 s of CPU time per snapshot and 70 MB of
#   memory with 48,000 rows. Default: raw
# @param pull_fsync
#   Whether a snapshot is synced to disk before it is published. This takes about 75 ms for 16 files, in
#   addition to the reading. Without it, snapshots can be missing or empty after a power cut. Default:
#   true
# @param pull_http_user
#   User name for all statistics pages whose address contains none. Unset by default. Example:
#   monitoring
# @param pull_http_password_file
#   File with the password of http-user in its first line; it must not be readable by others. It is read
#   again when it changes. Unset by default. Example: /etc/haproxystats.password
# @param pull_tls_ca_file
#   PEM file of the CA certificates that verify TLS sources, instead of those that come with Node.js.
#   Unset by default. Example: /etc/ssl/certs/internal-ca.pem
# @param pull_tls_certificate_file
#   PEM file of the client certificate for sources that require one; it may contain the key too. Unset
#   by default. Example: /etc/haproxystats/client.pem
# @param pull_tls_key_file
#   PEM file of the key of the client certificate; it must not be readable by others. Unset by default.
#   Example: /etc/haproxystats/client.key
# @param pull_tls_server_name
#   Name that the certificates of all TLS sources must have, instead of the host of the address. Unset
#   by default. Example: lb1.example.com
# @param pull_tls_insecure
#   Whether to accept any certificate of a TLS source. Anybody on the network path can then answer for
#   HAProxy, and learn the password. Default: false
# @param process_loglevel
#   The least severe messages that this program logs. Unset by default.
# @param process_log_format
#   Format of the log lines of this program. Unset by default.
# @param process_src_dir
#   The queue directory to read snapshots from: the same as dst-dir of [pull]. Default:
#   ${paths:base-dir}/incoming
# @param process_workers
#   How many threads process snapshots. Default: 4
# @param process_frontend_metrics
#   Fields of frontends to send, separated by spaces, instead of the default list. The word default
#   stands for that list, all for every field there is. Unset by default. Example: scur stot bin bout
#   hrsp_5xx
# @param process_backend_metrics
#   Fields of backends to send, separated by spaces, instead of the default list. The word default
#   stands for that list, all for every field there is. Unset by default. Example: scur stot bin bout
#   hrsp_5xx act
# @param process_server_metrics
#   Fields of servers to send, separated by spaces, instead of the default list. The word default stands
#   for that list, all for every field there is. Unset by default. Example: scur stot chkdown rtime
# @param process_daemon_metrics
#   Lines of show info to send; default and all as in frontend-metrics. Unset by default. Example:
#   default Jobs Listeners TotalBytesOut
# @param process_aggr_server_metrics
#   Also send server.<name>.<metric>: the servers of one name in all backends, merged. Default: false
# @param process_server_state_metrics
#   Also send, for every backend, the number of its servers in each state (servers.up, servers.down, …),
#   and ActiveServersPercentage. Default: false
# @param process_skip_servers
#   Servers to skip: unused skips servers in maintenance that never had a session, such as free slots of
#   a server-template; maint skips all servers in maintenance. Unset by default. Example: unused maint
# @param process_server_limit
#   Maximum number of servers. With more, no server is sent, only their backends, and
#   haproxystats.ServersDropped counts them; 0: no limit. Default: 0
# @param process_exclude_frontends
#   File with the names of frontends to exclude, one per line; # begins a comment. Unset by default.
#   Example: /etc/haproxystats/exclude-frontends
# @param process_exclude_backends
#   File with the names of backends to exclude, with their servers, one per line; # begins a comment.
#   Unset by default. Example: /etc/haproxystats/exclude-backends
# @param process_per_process_metrics
#   Also send daemon.process.<id>.<metric> for every HAProxy process. Default: false
# @param process_calculate_percentages
#   Also send ConnPercentage, ConnRatePercentage, SslRatePercentage and SslConnPercentage. Default:
#   false
# @param process_startup_grace
#   How long after the start of a process its averages are not sent (qtime, ctime, rtime, ttime,
#   Idle_pct and metrics derived from them), because they mean little at first; 0: always send them. A
#   statistics page does not report the age of its process. Default: 0
# @param process_liveness_check_interval
#   How often to check that the worker threads are alive. Default: 10
# @param process_worker_timeout
#   Time limit of a worker for one snapshot. A worker that exceeds it is replaced, and the snapshot is
#   retried in a new worker with more time, up to eight times as much. Default: 60
# @param process_worker_memory
#   Maximum heap of a worker, in MiB. A worker that exceeds it is replaced, and the snapshot is retried
#   in a new worker. Default: 1024
# @param process_quarantine_size
#   Maximum size of the quarantine directory beside the queue; its oldest snapshots are removed for new
#   ones. It never holds more than 1000 snapshots. Default: 104857600
# @param graphite_enabled
#   Whether to send datapoints to this destination. With false, the section only sets the metric paths
#   and the values that sections [graphite:name] take from it. Default: true
# @param graphite_server
#   Host name or address of carbon or of a relay. Default: 127.0.0.1
# @param graphite_port
#   Port of its plain text protocol. Default: 3002
# @param graphite_retries
#   How many times to retry a failed delivery before the pause set by delay; -1: without limit, and no
#   pause is longer than delay. Default: 3
# @param graphite_interval
#   Delay before the first retry. Default: 1.8
# @param graphite_connect_timeout
#   Timeout for connecting. Default: 1
# @param graphite_write_timeout
#   Timeout for sending without progress; then the attempt has failed. After a failure it grows to up to
#   four times as long, in case the receiver is only slow. Default: 1
# @param graphite_commit_timeout
#   Timeout for the receiver to close the connection after the last byte, which proves that it has read
#   everything. After a failure it grows to up to four times as long. Default: 10
# @param graphite_delay
#   Pause after all retries have failed. After a dozen pauses, further ones grow to up to six times as
#   long. Default: 10
# @param graphite_backoff
#   Factor by which the delay grows from one retry to the next. Default: 2
# @param graphite_namespace
#   First part of every metric path; dots separate levels. Default: loadbalancers
# @param graphite_prefix_hostname
#   Whether the host name follows the namespace in metric paths. Default: true
# @param graphite_fqdn
#   Whether metric paths have the full host name, with underscores for dots (true), or only the part
#   before its first dot (false). Default: true
# @param graphite_queue_size
#   Maximum number of datapoints that wait in memory for this destination; the rest waits on disk as
#   snapshots. Default: 1000000
# @param graphite_replay
#   After the receiver has died, datapoints that it accepted in the last so many seconds before are sent
#   again, because it may have held them in memory. A relay that aggregates counts the duplicates twice.
#   0: never. Default: 0
# @param graphite_max_rate
#   Maximum number of datapoints per second while a backlog drains, to spare the receiver; draining
#   takes longer. 0: no limit. Default: 0
# @param graphite_group_namespace
#   Level of the metric path under which the objects of a group are sent; unset: groups are not used.
#   Unset by default. Example: product
# @param graphite_group_namespace_double_writes
#   Whether to send the objects of a group under their usual path too. Default: false
# @param graphite_backlog
#   Maximum number of snapshots that wait for this output; unset: as many as fit into the queue-size of
#   [pull]. Beyond that, this output loses snapshots, which are counted and logged. Other outputs and
#   pulling are not affected. Unset by default. Example: 100
# @param graphite_backlog_full
#   Which snapshot this output loses when its backlog is full: the newest or the oldest. Unset: the
#   newest with queue-full = suspend in [pull], otherwise the oldest. Unset by default. Example:
#   drop-oldest
# @param graphite_incomplete
#   What this output does with a snapshot in which a source did not answer: discard skips it, so that no
#   total covers fewer processes than there are; deliver sends what there is, with haproxystats.Complete
#   0. Unset: discard with on-failure = discard in [pull], otherwise deliver. [http] always shows what
#   there is, and names what is missing. Unset by default. Example: deliver
# @param local_store_dir
#   Directory of the files. Default: /var/lib/haproxystats/local-store
# @param local_store_backlog
#   Maximum number of snapshots that wait for this output; unset: as many as fit into the queue-size of
#   [pull]. Beyond that, this output loses snapshots, which are counted and logged. Other outputs and
#   pulling are not affected. Unset by default. Example: 100
# @param local_store_backlog_full
#   Which snapshot this output loses when its backlog is full: the newest or the oldest. Unset: the
#   newest with queue-full = suspend in [pull], otherwise the oldest. Unset by default. Example:
#   drop-oldest
# @param local_store_incomplete
#   What this output does with a snapshot in which a source did not answer: discard skips it, so that no
#   total covers fewer processes than there are; deliver sends what there is, with haproxystats.Complete
#   0. Unset: discard with on-failure = discard in [pull], otherwise deliver. [http] always shows what
#   there is, and names what is missing. Unset by default. Example: deliver
# @param http_listen
#   Addresses to listen on: 127.0.0.1:8405, [::1]:8405, *:8405 for all addresses, or unix:///path;
#   several are separated by commas. Default: 127.0.0.1:8405
# @param http_hosts
#   Names that clients may use in the Host header, besides IP addresses, localhost, the names in listen
#   and those of this machine. Requests for other names get status 421, so that a page of another site
#   cannot read the statistics through a browser (DNS rebinding). * allows every name. Not needed with
#   password-file, nor for unix sockets. Unset by default. Example: stats.example.com
# @param http_socket_mode
#   Mode of the unix sockets in listen: the owner may connect, the group too, or everybody. Default: 660
# @param http_password_file
#   File of the users who may read the statistics, by basic authentication: a line user:hash each, as
#   htpasswd -B writes it. It is read again when it changes. Unset: everybody may read them. Unset by
#   default. Example: /etc/haproxystats.htpasswd
# @param http_tls_certificate_file
#   PEM file of the certificate for HTTPS, with its chain, and with the key unless tls-key-file is set;
#   unset: plain HTTP. It is read again when it changes. Unset by default. Example:
#   /etc/haproxystats/http.pem
# @param http_tls_key_file
#   PEM file of the key of tls-certificate-file, if that does not contain it. Unset by default. Example:
#   /etc/haproxystats/http.key
# @param http_max_connections
#   Maximum number of client connections. A further client replaces the connection that has been idle
#   longest; if none is idle, it gets status 503, except for /health and /ready. Default: 512
# @param http_max_connections_per_address
#   Maximum number of connections from one IPv4 address, or one IPv6 /64; unix sockets have no such
#   limit. Unset: half of max-connections. A reverse proxy, which is one address, may need more. Unset
#   by default. Example: 500
# @param http_thread_memory
#   Maximum heap of the thread that serves [http], in MiB. A thread that exceeds it is replaced, and
#   deliveries go on. Default: 1024
# @param http_history_memory
#   Maximum memory for the history that the page draws: the last hour at every snapshot, and the last
#   day, coarser if the memory is not enough. 0: no history. It is saved in base-dir, so that a restart
#   loses little. Default: 67108864
class haproxystats (
  String[1]                                                       $package_name = 'haproxystats',
  String[1]                                                       $package_ensure = 'installed',
  String[1]                                                       $programs = '/usr/bin',
  String[1]                                                       $user = 'haproxystats',
  String[1]                                                       $socket_group = 'haproxy',
  String[1]                                                       $file = '/etc/haproxystats.conf',
  Hash[String[1], Hash[String[1], Scalar]]                        $sections = {},
  Optional[Enum['debug', 'info', 'warning', 'error', 'critical']] $default_loglevel = undef,
  Optional[Enum['auto', 'json', 'text']]                          $default_log_format = undef,
  Optional[Integer[-1, default]]                                  $default_retries = undef,
  Optional[Numeric]                                               $default_timeout = undef,
  Optional[Numeric]                                               $default_interval = undef,
  Optional[String[1]]                                             $paths_base_dir = undef,
  Optional[Enum['debug', 'info', 'warning', 'error', 'critical']] $pull_loglevel = undef,
  Optional[Enum['auto', 'json', 'text']]                          $pull_log_format = undef,
  Optional[String[1]]                                             $pull_socket_dir = undef,
  Optional[Variant[String[1], Array[String[1]]]]                  $pull_servers = undef,
  Optional[Integer[-1, default]]                                  $pull_retries = undef,
  Optional[Numeric]                                               $pull_timeout = undef,
  Optional[Numeric]                                               $pull_interval = undef,
  Optional[Numeric]                                               $pull_pull_timeout = undef,
  Optional[Numeric]                                               $pull_pull_interval = undef,
  Optional[Integer[1, default]]                                   $pull_buffer_limit = undef,
  Optional[Integer[1024, default]]                                $pull_answer_limit = undef,
  Optional[String[1]]                                             $pull_dst_dir = undef,
  Optional[String[1]]                                             $pull_tmp_dst_dir = undef,
  Optional[Integer[1, 1024]]                                      $pull_workers = undef,
  Optional[Integer[1, default]]                                   $pull_queue_size = undef,
  Optional[Enum['suspend', 'drop-oldest']]                        $pull_queue_full = undef,
  Optional[Enum['discard', 'partial']]                            $pull_on_failure = undef,
  Optional[Numeric]                                               $pull_stale_after = undef,
  Optional[Variant[String[1], Array[String[1]]]]                  $pull_leave_out = undef,
  Optional[Enum['raw', 'monotonic']]                              $pull_counters = undef,
  Optional[Boolean]                                               $pull_fsync = undef,
  Optional[String[1]]                                             $pull_http_user = undef,
  Optional[String[1]]                                             $pull_http_password_file = undef,
  Optional[String[1]]                                             $pull_tls_ca_file = undef,
  Optional[String[1]]                                             $pull_tls_certificate_file = undef,
  Optional[String[1]]                                             $pull_tls_key_file = undef,
  Optional[String[1]]                                             $pull_tls_server_name = undef,
  Optional[Boolean]                                               $pull_tls_insecure = undef,
  Optional[Enum['debug', 'info', 'warning', 'error', 'critical']] $process_loglevel = undef,
  Optional[Enum['auto', 'json', 'text']]                          $process_log_format = undef,
  Optional[String[1]]                                             $process_src_dir = undef,
  Optional[Integer[1, 256]]                                       $process_workers = undef,
  Optional[Variant[String[1], Array[String[1]]]]                  $process_frontend_metrics = undef,
  Optional[Variant[String[1], Array[String[1]]]]                  $process_backend_metrics = undef,
  Optional[Variant[String[1], Array[String[1]]]]                  $process_server_metrics = undef,
  Optional[Variant[String[1], Array[String[1]]]]                  $process_daemon_metrics = undef,
  Optional[Boolean]                                               $process_aggr_server_metrics = undef,
  Optional[Boolean]                                               $process_server_state_metrics = undef,
  Optional[Variant[String[1], Array[String[1]]]]                  $process_skip_servers = undef,
  Optional[Integer[0, default]]                                   $process_server_limit = undef,
  Optional[String[1]]                                             $process_exclude_frontends = undef,
  Optional[String[1]]                                             $process_exclude_backends = undef,
  Optional[Boolean]                                               $process_per_process_metrics = undef,
  Optional[Boolean]                                               $process_calculate_percentages = undef,
  Optional[Numeric]                                               $process_startup_grace = undef,
  Optional[Numeric]                                               $process_liveness_check_interval = undef,
  Optional[Numeric]                                               $process_worker_timeout = undef,
  Optional[Integer[64, 65536]]                                    $process_worker_memory = undef,
  Optional[Integer[0, default]]                                   $process_quarantine_size = undef,
  Optional[Boolean]                                               $graphite_enabled = undef,
  Optional[String[1]]                                             $graphite_server = undef,
  Optional[Integer[1, 65535]]                                     $graphite_port = undef,
  Optional[Integer[-1, default]]                                  $graphite_retries = undef,
  Optional[Numeric]                                               $graphite_interval = undef,
  Optional[Numeric]                                               $graphite_connect_timeout = undef,
  Optional[Numeric]                                               $graphite_write_timeout = undef,
  Optional[Numeric]                                               $graphite_commit_timeout = undef,
  Optional[Numeric]                                               $graphite_delay = undef,
  Optional[Numeric]                                               $graphite_backoff = undef,
  Optional[String[1]]                                             $graphite_namespace = undef,
  Optional[Boolean]                                               $graphite_prefix_hostname = undef,
  Optional[Boolean]                                               $graphite_fqdn = undef,
  Optional[Integer[1, default]]                                   $graphite_queue_size = undef,
  Optional[Numeric]                                               $graphite_replay = undef,
  Optional[Integer[0, default]]                                   $graphite_max_rate = undef,
  Optional[String[1]]                                             $graphite_group_namespace = undef,
  Optional[Boolean]                                               $graphite_group_namespace_double_writes = undef,
  Optional[Integer[1, default]]                                   $graphite_backlog = undef,
  Optional[Enum['drop-newest', 'drop-oldest']]                    $graphite_backlog_full = undef,
  Optional[Enum['discard', 'deliver']]                            $graphite_incomplete = undef,
  Optional[String[1]]                                             $local_store_dir = undef,
  Optional[Integer[1, default]]                                   $local_store_backlog = undef,
  Optional[Enum['drop-newest', 'drop-oldest']]                    $local_store_backlog_full = undef,
  Optional[Enum['discard', 'deliver']]                            $local_store_incomplete = undef,
  Optional[Variant[String[1], Array[String[1]]]]                  $http_listen = undef,
  Optional[Variant[String[1], Array[String[1]]]]                  $http_hosts = undef,
  Optional[Enum['600', '660', '666']]                             $http_socket_mode = undef,
  Optional[String[1]]                                             $http_password_file = undef,
  Optional[String[1]]                                             $http_tls_certificate_file = undef,
  Optional[String[1]]                                             $http_tls_key_file = undef,
  Optional[Integer[1, 65535]]                                     $http_max_connections = undef,
  Optional[Integer[1, 65535]]                                     $http_max_connections_per_address = undef,
  Optional[Integer[64, 65536]]                                    $http_thread_memory = undef,
  Optional[Integer[0, 4294967296]]                                $http_history_memory = undef,
) {
  contain haproxystats::install
  contain haproxystats::config
  contain haproxystats::service

  Class['haproxystats::install']
  -> Class['haproxystats::config']
  ~> Class['haproxystats::service']
}

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
#   The least severe messages that both programs log. What goes well is summed up once a minute at info;
#   debug has a line for every snapshot. Default: info
# @param default_log_format
#   How lines of the log look: json, text for people, or auto, which is text on a terminal and json
#   elsewhere. Where the log goes to the journal of systemd every line has its priority, for journalctl
#   -p warning. Default: auto
# @param default_retries
#   Kept for files that have it: [pull] and [graphite] have their own default, which comes first.
#   Default: 2
# @param default_timeout
#   Kept for files that have it: [pull] and [graphite] have their own defaults, which come first.
#   Default: 1
# @param default_interval
#   Kept for files that have it: [pull] and [graphite] have their own default, which comes first.
#   Default: 2
# @param paths_base_dir
#   The directory under which both programs keep their directories and status files. It is made with its
#   parents where it is missing. Default: /var/lib/haproxystats
# @param pull_loglevel
#   The least severe messages to log. Unset by default.
# @param pull_log_format
#   How lines of the log look. Unset by default.
# @param pull_socket_dir
#   A directory with the stats sockets of HAProxy; every socket in it is a source, and the directory is
#   read again at every pull. Several sockets of one process count once, and a socket that is no stats
#   socket (of a master, of a frontend) is left out; both are logged. Unset by default. Example:
#   /run/haproxy
# @param pull_servers
#   Sources by address, separated by commas; in addition to those of socket-dir. tcp+tls:// is a stats
#   socket behind TLS; http://host:port/path, https:// and http+unix:///socket:/path are statistics
#   pages, which have no show info; master:///socket is the socket of a master process (-S), whose
#   workers are all read, those of past reloads too. Addresses of one process count once, by the first
#   that is named, or as a worker of its master; only a statistics page does not tell its process, so
#   name none of a process that is read otherwise. Unset by default. Example:
#   unix:///run/haproxy/admin.sock, tcp://127.0.0.1:1936, tcp://[::1]:1936
# @param pull_retries
#   How often to connect again to a source that could not be connected to; -1 for ever, 0 not at all.
#   Default: 1
# @param pull_timeout
#   How long connecting to a source may take; HAProxy accepts within 1 to 2 ms. Time in which
#   haproxystats-pull itself is busy does not count. Default: 0.1
# @param pull_interval
#   How long to wait before connecting again; about as long as a reload of HAProxy takes. Default: 0.5
# @param pull_pull_timeout
#   How long one pull may wait for all sources; it always ends before the next begins, so as long as
#   pull-interval or 0 is no limit of its own. Time in which haproxystats-pull itself is busy does not
#   count. Default: 2
# @param pull_pull_interval
#   Time from one pull to the next; a whole number, because a snapshot is named by its second. Default:
#   10
# @param pull_buffer_limit
#   How much of an answer is buffered at most. When all answers together fill 2 MB, reading goes on as
#   they are written. It does not limit how long an answer may be. Default: 6291456
# @param pull_answer_limit
#   The longest answer to accept from one source; a longer one is an error and makes the snapshot
#   incomplete. Default: 67108864
# @param pull_dst_dir
#   The queue: complete snapshots, one directory each. Default: ${paths:base-dir}/incoming
# @param pull_tmp_dst_dir
#   Where snapshots are written before they are renamed into dst-dir; on the same file system. Default:
#   ${paths:base-dir}/incoming.tmp
# @param pull_workers
#   How many files are written at a time. Default: 8
# @param pull_queue_size
#   When dst-dir holds this many snapshots, the queue is full: see queue-full. While
#   haproxystats-process runs it never is: an output that is down or too slow loses snapshots before,
#   see backlog. Default: 360
# @param pull_queue_full
#   What to do when the queue is full, because haproxystats-process does not run: suspend pulls nothing
#   until there is room, so the newest is missing; drop-oldest removes the oldest snapshot for each new
#   one, so the oldest is lost. Both are counted and logged. What an output loses follows it unless the
#   output has a backlog-full of its own. Default: suspend
# @param pull_on_failure
#   What outputs get of a snapshot when a source does not answer. It is always published, marked
#   incomplete: the page, CSV, the API and /metrics show what answered and name what did not. discard
#   leaves it out of Graphite and local-store, so no sum there is over fewer processes than there are;
#   partial sends it, and haproxystats.Complete is 0. The option incomplete of an output comes first.
#   Default: discard
# @param pull_stale_after
#   How long a socket of socket-dir that answered before and refuses connections now counts as a source
#   that failed, because its process has died; then it counts as left behind by a process that is gone,
#   as a socket that never answered does at once. It is kept over restarts. 0: at once. Default: 900
# @param pull_leave_out
#   What HAProxy need not print, to spare it and the network: listeners (of "option socket-stats", which
#   are not sent anyway), servers, servers in maintenance (maint), or all servers and backends that are
#   down; the last two with HAProxy 2.3 and newer. Without servers their counts (TotalServers and those
#   of server-state-metrics) are not sent. It does not concern statistics pages, whose address may end
#   in ;up or ;no-maint. Unset by default. Example: listeners maint
# @param pull_counters
#   What Graphite and [local-store] get of counters when a process is restarted, reloaded or ends: raw
#   sums the running processes, so totals fall; monotonic adds what a process had counted when it was
#   read for the last time, so they do not fall. What two processes tell of one counter (stats-file,
#   shm-stats-file) is counted once with either. [http] always serves monotonic counters, because
#   Prometheus takes a counter that falls for a restart of everything; so with monotonic or a section
#   [http] they are kept in base-dir, which costs about 0.6 s of CPU time a snapshot and 60 MB of memory
#   with 48,000 rows. Default: raw
# @param pull_fsync
#   Whether a snapshot is on the disk before it is published. It costs about 75 ms for 16 files, beside
#   the reading; without it a power cut leaves snapshots that are missing or empty. Default: true
# @param pull_http_user
#   The user for all statistics pages whose address names none. Unset by default. Example: monitoring
# @param pull_http_password_file
#   A file with the password of http-user, in its first line; others must not be able to read it. It is
#   read again when it changes. Unset by default. Example: /etc/haproxystats.password
# @param pull_tls_ca_file
#   Certificates (PEM) of whoever may vouch for a source behind TLS, instead of those that Node.js comes
#   with. Unset by default. Example: /etc/ssl/certs/internal-ca.pem
# @param pull_tls_certificate_file
#   The client certificate (PEM) for sources that ask for one; it may hold the key too. Unset by
#   default. Example: /etc/haproxystats/client.pem
# @param pull_tls_key_file
#   The key (PEM) of the client certificate; others must not be able to read it. Unset by default.
#   Example: /etc/haproxystats/client.key
# @param pull_tls_server_name
#   The name that the certificates of all sources behind TLS must have, instead of the host of the
#   address. Unset by default. Example: lb1.example.com
# @param pull_tls_insecure
#   Takes any certificate of a source behind TLS, so that anybody between could answer in its place, and
#   learn the password. Default: false
# @param process_loglevel
#   The least severe messages to log. Unset by default.
# @param process_log_format
#   How lines of the log look. Unset by default.
# @param process_src_dir
#   The queue to consume: the same directory as dst-dir of [pull]. Default: ${paths:base-dir}/incoming
# @param process_workers
#   How many threads process snapshots. Default: 4
# @param process_frontend_metrics
#   The fields of frontends to send, separated by spaces, instead of the default list; default stands
#   for that list, all for every field there is. Unset by default. Example: scur stot bin bout hrsp_5xx
# @param process_backend_metrics
#   The fields of backends to send, separated by spaces, instead of the default list; default stands for
#   that list, all for every field there is. Unset by default. Example: scur stot bin bout hrsp_5xx act
# @param process_server_metrics
#   The fields of servers to send, separated by spaces, instead of the default list; default stands for
#   that list, all for every field there is. Unset by default. Example: scur stot chkdown rtime
# @param process_daemon_metrics
#   The lines of show info to send, as for frontends. Unset by default. Example: default Jobs Listeners
#   TotalBytesOut
# @param process_aggr_server_metrics
#   Also send server.<name>.<metric>: servers of one name merged over all backends. Default: false
# @param process_server_state_metrics
#   Also send, for every backend, how many of its servers are in each state (servers.up, servers.down,
#   …) and ActiveServersPercentage. Default: false
# @param process_skip_servers
#   Servers to leave out: unused are those in maintenance that never had a session, as free slots of a
#   server-template; maint are all in maintenance. Unset by default. Example: unused maint
# @param process_server_limit
#   When there are more servers than this, none is sent, only their backends, and
#   haproxystats.ServersDropped tells how many; 0 for no limit. Default: 0
# @param process_exclude_frontends
#   A file with the frontends to leave out, one name a line; # begins a comment. Unset by default.
#   Example: /etc/haproxystats/exclude-frontends
# @param process_exclude_backends
#   A file with the backends to leave out, with their servers, one name a line; # begins a comment.
#   Unset by default. Example: /etc/haproxystats/exclude-backends
# @param process_per_process_metrics
#   Also send daemon.process.<id>.<metric> for every HAProxy process. Default: false
# @param process_calculate_percentages
#   Also send ConnPercentage, ConnRatePercentage, SslRatePercentage and SslConnPercentage. Default:
#   false
# @param process_startup_grace
#   For how long after its start the averages of a process are left out (qtime, ctime, rtime, ttime,
#   Idle_pct and what is made of them), since they say little at first; 0 for not at all. A statistics
#   page does not tell how old its process is. Default: 0
# @param process_liveness_check_interval
#   How often it is checked that the worker threads are alive. Default: 10
# @param process_worker_timeout
#   How long a worker may take for one snapshot; one that takes longer is replaced, and the snapshot is
#   tried again in a new worker with more time, up to eight times as much. Default: 60
# @param process_worker_memory
#   How much memory a worker may use for objects, in MiB; one that needs more is replaced, and the
#   snapshot is tried again in a new worker. Default: 1024
# @param process_quarantine_size
#   How much the quarantine may hold, beside the queue; the oldest in it is removed for the newest. It
#   never holds more than 1000 snapshots. Default: 104857600
# @param graphite_enabled
#   Whether datapoints are sent to this destination: with false the section only says how metric paths
#   look, and what sections [graphite:name] take from it. Default: true
# @param graphite_server
#   Host name or address of carbon or a relay. Default: 127.0.0.1
# @param graphite_port
#   Its port for the plain text protocol. Default: 3002
# @param graphite_retries
#   How often a failed delivery is repeated before the pause called delay; -1: never pause longer than
#   delay. Default: 3
# @param graphite_interval
#   The wait before the first repetition. Default: 1.8
# @param graphite_connect_timeout
#   How long connecting may take. Default: 1
# @param graphite_write_timeout
#   How long sending may stand still before the attempt counts as failed; up to four times as long after
#   it did, should the receiver only be slow. Default: 1
# @param graphite_commit_timeout
#   How long the receiver may take to close the connection after the last byte, which proves that it has
#   read everything; up to four times as long after it did not. Default: 10
# @param graphite_delay
#   The pause after all repetitions have failed; after a dozen, further pauses grow to six times as
#   long. Default: 10
# @param graphite_backoff
#   What the wait is multiplied by from one repetition to the next. Default: 2
# @param graphite_namespace
#   What every metric path begins with; dots make levels. Default: loadbalancers
# @param graphite_prefix_hostname
#   Whether the host name follows the namespace in metric paths. Default: true
# @param graphite_fqdn
#   The whole host name with dots as underscores (true), or what stands before its first dot (false).
#   Default: true
# @param graphite_queue_size
#   How many datapoints may wait in memory for this destination; what does not fit waits on disk as
#   snapshots. Default: 1000000
# @param graphite_replay
#   After the receiver was seen to die, what it took in so many seconds before is sent again, because it
#   may have held it in memory. It costs duplicates, which a relay that aggregates counts twice; 0 for
#   never. Default: 0
# @param graphite_max_rate
#   How many datapoints a second may be sent while a backlog drains, to spare the receiver; it makes
#   draining slower. 0 for no limit. Default: 0
# @param graphite_group_namespace
#   The level under which objects of a group are sent; unset: groups are not used. Unset by default.
#   Example: product
# @param graphite_group_namespace_double_writes
#   Whether objects of a group are sent under their usual path too. Default: false
# @param graphite_backlog
#   How many snapshots may wait for this output; unset: as many as queue-size of [pull] has room for.
#   Beyond that this output alone loses snapshots, which are counted and logged; others are not
#   affected, and pulling goes on. Unset by default. Example: 100
# @param graphite_backlog_full
#   Which snapshot this output loses when its backlog is full: the newest or the oldest. Unset: the
#   newest with queue-full = suspend in [pull], else the oldest. Unset by default. Example: drop-oldest
# @param graphite_incomplete
#   What becomes of a snapshot at this output when a source did not answer: discard leaves it out, so
#   that no sum is over fewer processes than there are; deliver takes what there is, with
#   haproxystats.Complete 0. Unset: discard with on-failure = discard in [pull], else deliver. [http]
#   always shows what there is, and names what is missing. Unset by default. Example: deliver
# @param local_store_dir
#   Where the files go. Default: /var/lib/haproxystats/local-store
# @param local_store_backlog
#   How many snapshots may wait for this output; unset: as many as queue-size of [pull] has room for.
#   Beyond that this output alone loses snapshots, which are counted and logged; others are not
#   affected, and pulling goes on. Unset by default. Example: 100
# @param local_store_backlog_full
#   Which snapshot this output loses when its backlog is full: the newest or the oldest. Unset: the
#   newest with queue-full = suspend in [pull], else the oldest. Unset by default. Example: drop-oldest
# @param local_store_incomplete
#   What becomes of a snapshot at this output when a source did not answer: discard leaves it out, so
#   that no sum is over fewer processes than there are; deliver takes what there is, with
#   haproxystats.Complete 0. Unset: discard with on-failure = discard in [pull], else deliver. [http]
#   always shows what there is, and names what is missing. Unset by default. Example: deliver
# @param http_listen
#   Where to listen: 127.0.0.1:8405, [::1]:8405, *:8405 for every address, or unix:///path; several
#   separated by commas. Default: 127.0.0.1:8405
# @param http_hosts
#   Names that clients may ask for (the header Host), besides IP addresses, localhost, the names in
#   listen and those of this machine. Others get 421, so that no page of another site reads the numbers
#   through a browser (DNS rebinding). * allows every name. Not needed with password-file, nor for unix
#   sockets. Unset by default. Example: stats.example.com
# @param http_socket_mode
#   Who may connect to a unix socket of listen: its owner, its group too, or everybody. Default: 660
# @param http_password_file
#   Users who may ask, by basic authentication: a line user:hash each, as htpasswd -B writes it. Read
#   again when it changes. Everybody may ask unless it is set. Unset by default. Example:
#   /etc/haproxystats.htpasswd
# @param http_tls_certificate_file
#   The certificate (PEM, with the chain behind it, and the key unless tls-key-file is set) to answer
#   HTTPS with; unset: plain HTTP. Read again when it changes. Unset by default. Example:
#   /etc/haproxystats/http.pem
# @param http_tls_key_file
#   The key of tls-certificate-file, where it is a file of its own. Unset by default. Example:
#   /etc/haproxystats/http.key
# @param http_max_connections
#   How many clients may be connected at a time. A further one takes the place of the connection that
#   has been idle for longest; where none is idle, it gets 503, and /health and /ready all the same.
#   Default: 512
# @param http_max_connections_per_address
#   How many of them may come from one IPv4 address, or one /64 of IPv6; unix sockets have no such
#   limit. Half of max-connections unless set; a reverse proxy, which is one address, may need more.
#   Unset by default. Example: 500
# @param http_thread_memory
#   How much memory the thread that serves [http] may use for objects, in MiB; one that needs more is
#   replaced, and deliveries go on. Default: 1024
# @param http_history_memory
#   How much memory what the page draws may take: the last hour at every snapshot and the last day,
#   coarser when it is not enough. 0 keeps none. It is saved in base-dir, so that a restart loses
#   little. Default: 67108864
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

# Prints a status file on standard input as lines "path=value": sources.0.name=a. It is JSON as the programs write it, one
# value a line, indented by two blanks for each level. Ages of times (ISO) are added as path.age=<seconds>; $1 is the time.
flatten() {
  awk -v now="$1" '
    function age(time,    year, month, days) {
      year = substr(time, 1, 4) + 0
      month = substr(time, 6, 2) + 0
      if (month < 3) {
        year -= 1
        month += 12
      }
      days = 365 * year + int(year / 4) - int(year / 100) + int(year / 400) + int((153 * (month - 3) + 2) / 5)
      days += substr(time, 9, 2) - 719469
      return now - (days * 86400 + substr(time, 12, 2) * 3600 + substr(time, 15, 2) * 60 + substr(time, 18, 2))
    }
    function text(json) {
      json = substr(json, 2, length(json) - 2)
      gsub(/\\\\/, "\001", json)
      gsub(/\\"/, "\"", json)
      gsub(/\\[a-z]([0-9a-f][0-9a-f][0-9a-f][0-9a-f])?/, "?", json)
      gsub(/\001/, "\\", json)
      return json
    }
    {
      match($0, /^ */)
      level = RLENGTH / 2
      line = substr($0, RLENGTH + 1)
      sub(/,$/, "", line)
      if (level == 0) {
        if (line == "{") opened = 1
        if (line == "}") closed = 1
        next
      }
      if (line ~ /^[]}]/) next
      if (match(line, /^"([^"\\]|\\.)*": /)) {
        key = text(substr(line, 1, RLENGTH - 2))
        line = substr(line, RLENGTH + 1)
      } else key = items[level]++
      path[level] = (level > 1 ? path[level - 1] "." : "") key
      if (line == "{" || line == "[") {
        items[level + 1] = 0
        next
      }
      if (line ~ /^"/) {
        line = text(line)
        if (line ~ /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]/) print path[level] ".age=" age(line)
      }
      print path[level] "=" line
    }
    END {
      if (!opened || !closed) exit 1
    }
  '
}

# Sets $status to what $status_file of program $1 tells, $now and $pid. Ends as CRITICAL when it does not run, as UNKNOWN
# when that cannot be known.
read_status() {
  read_path paths base-dir
  status_file=$configured/$1.status.json
  may_read="let the user of this check be in the group haproxystats"
  if ! [ -x "$configured" ] && [ -d "$configured" ]; then
    unknown "$configured cannot be entered by $(id -un); $may_read"
  fi
  [ -e "$status_file" ] || finish CRITICAL 2 "$1 is not running: there is no $status_file"
  [ -r "$status_file" ] || unknown "$status_file cannot be read by $(id -un); $may_read"
  now=$(date +%s)
  status=$(flatten "$now" <"$status_file") || unknown "$status_file is not what $1 writes"
  pid=$(field pid)
  is_number "$pid" || unknown "$status_file has no pid"
  is_running "$1" || finish CRITICAL 2 "$1 is not running: process $pid of $status_file is gone"
}

# Prints the value of a path of the status, nothing when it is absent.
field() {
  printf '%s\n' "$status" | awk -v path="$1=" 'index($0, path) == 1 { print substr($0, length(path) + 1); exit }'
}

# Whether process $pid is that program. Where /proc does not show the processes of others (hidepid), ages have to tell.
is_running() {
  grep -q . /proc/1/cmdline 2>/dev/null || return 0
  [ -r "/proc/$pid/cmdline" ] || return 1
  tr '\0' '\n' <"/proc/$pid/cmdline" | grep -q "$1"
}

# Sets the thresholds from -w and -c, or these defaults, and checks them.
check_thresholds() {
  warning=${warning:-$1}
  critical=${critical:-$2}
  is_number "$warning" || unknown "-w is \"$warning\", expected a whole number"
  is_number "$critical" || unknown "-c is \"$critical\", expected a whole number"
  [ "$warning" -le "$critical" ] || unknown "-w is $warning and -c is $critical, expected -c to be at least -w"
}

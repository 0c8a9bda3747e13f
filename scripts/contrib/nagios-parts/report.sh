# Ends with a state: its word, its exit code, what to say, performance data. Texts may hold what the line's form uses.
finish() {
  text=$(printf '%s' "$3" | tr '|\n\r' '???')
  printf '%s %s - %s%s\n' "$title" "$1" "$text" "${4:+ | $4}"
  exit "$2"
}

unknown() {
  finish UNKNOWN 3 "$1"
}

is_number() {
  case $1 in
    '' | *[!0-9]* | ??????????*) return 1 ;;
  esac
}

# Runs this check once more with a limit of so many seconds, and the arguments that follow, of which -t is then ignored.
limit_time() {
  [ -z "${haproxystats_check_limited:-}" ] || return 0
  limit=$1
  shift
  { is_number "$limit" && [ "$limit" -gt 0 ]; } || unknown "-t is \"$limit\", expected seconds from 1 on"
  haproxystats_check_limited=1 timeout -k 1 "$limit" sh "$0" "$@"
  status=$?
  [ "$status" -lt 124 ] || unknown "no answer within $limit seconds"
  exit "$status"
}

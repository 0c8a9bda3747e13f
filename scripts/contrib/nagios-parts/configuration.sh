# Prints the value of option $2 in section $1 as the programs understand the configuration on standard input: sections,
# keys in any case, "=" or ":", comment lines, values continued on deeper indented lines, ${key}, ${section:key} and $$. A
# value in the section comes before the section's built-in default, that before [DEFAULT]. Prints a sentence and fails
# when it cannot.
configured() {
  awk -v wanted_section="$1" -v wanted_option="$2" '
    function trim(text) {
      gsub(/^[ \t\r\f\v]+|[ \t\r\f\v]+$/, "", text)
      return text
    }
    function fail(text) {
      print text
      failed = 1
      exit 1
    }
    function lookup(section, key, depth) {
      if (depth > 10) fail("${" section ":" key "} refers to itself")
      if ((section, key) in value) return expand(section, value[section, key], depth)
      if ((section, key) in builtin) return expand(section, builtin[section, key], depth)
      if (("DEFAULT", key) in value) return expand(section, value["DEFAULT", key], depth)
      fail("${" section ":" key "} is used but is not in the file")
    }
    function expand(section, text, depth,    result, at, reference, colon) {
      result = ""
      while ((at = index(text, "$")) > 0) {
        result = result substr(text, 1, at - 1)
        text = substr(text, at + 1)
        if (substr(text, 1, 1) == "$") {
          result = result "$"
          text = substr(text, 2)
        } else if (match(text, /^[{][^}]+[}]/)) {
          reference = substr(text, 2, RLENGTH - 2)
          text = substr(text, RLENGTH + 1)
          colon = index(reference, ":")
          if (colon > 0) result = result lookup(substr(reference, 1, colon - 1), tolower(substr(reference, colon + 1)), depth + 1)
          else result = result lookup(section, tolower(reference), depth + 1)
        } else fail("a $ begins neither ${key} nor ${section:key}; a dollar is written $$")
      }
      return result text
    }
    BEGIN {
      builtin["paths", "base-dir"] = "/var/lib/haproxystats"
      builtin["pull", "dst-dir"] = "${paths:base-dir}/incoming"
      builtin["pull", "pull-interval"] = "10"
      builtin["process", "workers"] = "4"
    }
    {
      line = trim($0)
      if (line == "" || line ~ /^[#;]/) next
      match($0, /^[ \t\r\f\v]*/)
      if (option != "" && RLENGTH > indentation) {
        value[section, option] = value[section, option] "\n" line
        next
      }
      indentation = RLENGTH
      option = ""
      if (line ~ /^\[.+\]/) {
        section = line
        sub(/^\[/, "", section)
        sub(/\][^]]*$/, "", section)
        next
      }
      at = match(line, /[=:]/)
      if (at < 2) next
      option = tolower(trim(substr(line, 1, at - 1)))
      value[section, option] = trim(substr(line, at + 1))
    }
    END {
      if (failed) exit 1
      print lookup(wanted_section, wanted_option, 0)
    }
  '
}

# Sets $configured to the value of option $2 in section $1 of $file, or ends as UNKNOWN.
read_option() {
  if [ -z "$file" ]; then
    file=$default_file
    [ -e "$file" ] || file=/dev/null
  fi
  [ -d "$file" ] && unknown "the configuration $file is a directory"
  [ -r "$file" ] || unknown "the configuration $file cannot be read"
  configured=$(configured "$1" "$2" <"$file") || unknown "the configuration $file: ${configured:-awk failed}"
}

# Sets $configured to a directory, or ends as UNKNOWN.
read_path() {
  read_option "$1" "$2"
  case $configured in
    /*) ;;
    *) unknown "the configuration $file: $2 in [$1] is \"$configured\", not an absolute path" ;;
  esac
}

# Functions that several scripts of tools/ share; sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
script=$(basename "$0")

# One line for each step.
say() { echo "$script: $*"; }

fail() {
  say "$*" >&2
  exit 1
}

have() { command -v "$1" > /dev/null; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    return 1
  fi
}

# True when the Debian package $1 is installed.
installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null)" = installed ]
}

# install_packages NAME...: installs those that are missing and that the system's package manager
# knows. Not fatal: what a step cannot do without, it checks by itself with `have`.
install_packages() {
  local missing=() known=() package
  have dpkg-query && have apt-get || return 0
  for package in "$@"; do
    installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "refreshing the package lists"
  as_root apt-get -qq update > /dev/null 2>&1 || say "the package lists cannot be refreshed"
  for package in "${missing[@]}"; do
    if [ -n "$(apt-cache show "$package" 2> /dev/null)" ]; then
      known+=("$package")
    else
      say "this system has no package $package; going on without it"
    fi
  done
  [ ${#known[@]} -gt 0 ] || return 0
  say "installing with apt-get: ${known[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -y --no-install-recommends install "${known[@]}" > "${TMPDIR:-/tmp}/zwasm-apt.$$" \
    2>&1 || {
    tail -n 5 "${TMPDIR:-/tmp}/zwasm-apt.$$"
    say "apt-get could not install them; going on with what there is"
  }
  rm -f "${TMPDIR:-/tmp}/zwasm-apt.$$"
}

# What building the release needs. clang 19 and its linker make the fastest interpreter; g++ also
# brings the C++ library that clang uses.
build_packages=(cmake ninja-build g++ clang-19 lld-19 llvm-19 libcli11-dev)

require_cmake() {
  have cmake || fail "CMake is missing: install cmake (3.25 or later)"
  local version
  version=$(cmake --version | awk 'NR == 1 { print $3 }')
  if [ "$(printf '%s\n3.25\n' "$version" | sort -V | head -n 1)" != 3.25 ]; then
    fail "CMake $version is too old: 3.25 or later is needed (Debian 12, Ubuntu 24.04)"
  fi
  have ninja || fail "Ninja is missing: install ninja-build"
  have clang++-19 || have g++ || fail "a C++ compiler is missing: install clang-19 or g++"
}

# Runs a build by Ninja: says how many steps it has, then a line for each tenth of them; shows the
# end of its output only when it fails.
with_progress() {
  local log status=0 line done all tenth=0
  log=$(mktemp)
  NINJA_STATUS='[%f/%t] ' "$@" 2>&1 | tee "$log" | while IFS= read -r line; do
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    done=${BASH_REMATCH[1]} all=${BASH_REMATCH[2]}
    [ "$done" != 1 ] || say "building, $all steps"
    if [ $((10 * done / all)) -gt "$tenth" ]; then
      tenth=$((10 * done / all))
      say "built $done of $all"
    fi
  done || status=$?
  [ $status = 0 ] || tail -n 60 "$log"
  rm -f "$log"
  return $status
}

# Runs a command quietly; shows the end of its output only when it fails.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" > "$log" 2>&1 || status=$?
  [ $status = 0 ] || tail -n 60 "$log"
  rm -f "$log"
  return $status
}

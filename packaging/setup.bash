# What packaging/run and packaging/test share: Python, a private virtual environment with pinned packages, and the
# system libraries of Qt. Sourced, never run. Sets $python; every step is passed over once it is done.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
environment=$root/.venv
python=$environment/bin/python

say() { printf 'dlstudio set-up: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# install_packages REASON PACKAGE... : by apt, at once for root, after asking for others.
install_packages() {
  local reason=$1 command log
  shift
  if ! command -v apt-get >/dev/null; then
    fail "$reason. Install it with this system's package manager (Debian calls it: $*) and run this again."
  fi
  command="apt-get install -y --no-install-recommends $*"
  if [[ $(id -u) != 0 ]]; then
    say "$reason. It is in these packages: $*"
    [[ -t 0 ]] && command -v sudo >/dev/null || fail "Install them with: sudo $command"
    read -r -p "Install them now with sudo? [Y/n] " answer >&2
    [[ ${answer:-y} == [yY]* ]] || fail "Nothing was installed. The command is: sudo $command"
    sudo apt-get update -q >&2 && sudo $command >&2 || fail "The packages could not be installed."
    return
  fi
  say "$reason. Installing: $*"
  log=$(mktemp)
  if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive $command; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    fail "The packages could not be installed (all of the output: $log)."
  fi
  rm -f "$log"
}

usable_python() {
  local name
  for name in python3.13 python3.12 python3.11 python3; do
    if "$name" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  return 1
}

# ensure_environment EXTRA... : the virtual environment with the project's dependencies and those of the extras.
ensure_environment() {
  local stamp=$environment/.ready wanted found
  wanted="$* $(cat "$root/pyproject.toml" "$root/packaging/constraints.txt" | cksum)"
  is_ready() { [[ -x $python && -e $stamp ]] && grep -qF -- "$wanted" "$stamp"; } # without extras, any line fits
  if is_ready; then return; fi
  mkdir -p "$environment"
  if command -v flock >/dev/null; then # a second set-up waits for the first
    exec 9>"$environment/.lock"
    flock -n 9 || { say "waiting for another set-up to finish"; flock 9; }
    if is_ready; then exec 9>&-; return; fi
  fi
  if ! found=$(usable_python); then
    install_packages "Python 3.11, 3.12 or 3.13 with its venv module is needed" python3 python3-venv
    found=$(usable_python) || fail "This system's Python is $(python3 --version 2>&1); DL Studio needs 3.11, 3.12 or 3.13."
  fi
  if ! "$python" -c 'import pip' 2>/dev/null; then
    say "1/2 making a private environment with $("$found" --version) in .venv"
    (cd "$environment" && rm -rf bin include lib lib64 pyvenv.cfg .ready)
    "$found" -m venv "$environment" || fail "The environment could not be made in $environment."
  fi
  if [[ -e $stamp ]]; then
    say "2/2 bringing the pinned packages up to date"
  else
    say "2/2 installing the pinned packages (some 870 MB to fetch, 3 GB on disk; once only)"
  fi
  install_pinned "$@" || fail "The packages could not be installed (all of the output: $environment/setup.log). Run this again to go on."
  printf '%s\n' "$wanted" >>"$stamp"
  exec 9>&-
  say "ready"
}

install_pinned() {
  local requirements=$environment/requirements.txt
  "$python" - "$root/pyproject.toml" "$@" >"$requirements" <<'PYTHON'
import sys, tomllib
project = tomllib.load(open(sys.argv[1], "rb"))["project"]
print(*project["dependencies"], *(line for extra in sys.argv[2:] for line in project["optional-dependencies"][extra]), sep="\n")
PYTHON
  local install=("$python" -u -m pip install --disable-pip-version-check --no-input --log "$environment/setup.log"
    -c "$root/packaging/constraints.txt" -r "$requirements")
  if [[ -t 2 ]]; then # a person watches: pip's own bars
    "${install[@]}" >&2
    return
  fi
  "${install[@]}" --progress-bar off 2>&1 |
    while IFS= read -r line; do
      case $line in
        *Downloading*) line=${line##*Downloading } line=${line##*/}; say "  fetching ${line%%-*}${line#"${line%% *}"}" ;;
        Installing\ collected*) say "  unpacking" ;;
        ERROR*) say "  $line" ;;
      esac
    done
  [[ ${PIPESTATUS[0]} == 0 ]]
}

# ensure_qt_libraries every|window
ensure_qt_libraries() {
  [[ $(uname -s) == Linux ]] || return 0
  local known kind library package missing=()
  known=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null || true)
  while read -r kind library package; do
    [[ $kind == every || $kind == "$1" ]] || continue
    [[ $known == *"$library "* ]] || missing+=("$package")
  done < <(grep -v '^#' "$root/packaging/qt-libraries.txt")
  [[ ${#missing[@]} == 0 ]] || install_packages "Qt needs system libraries that are not here" "${missing[@]}"
}

# The package is run from the checkout; the folder one stands in is kept off the import path.
export PYTHONPATH=$root PYTHONSAFEPATH=1

#!/bin/sh
# Runs the challenges, the workbench, the tests: see `./run.sh help`.
# All that happens here is to find a Deno, or to fetch one into .deno/.
set -eu

version=2.9.6
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

# Whether the deno on PATH is at least 2.9, which the lock file is made for.
has_deno() {
  set -- "$(deno --version 2>/dev/null | sed -n '1s/^deno \([0-9]*\)\.\([0-9]*\)\..*/\1 \2/p')"
  # shellcheck disable=SC2086 -- two words
  set -- $1
  [ $# -eq 2 ] && { [ "$1" -gt 2 ] || { [ "$1" -eq 2 ] && [ "$2" -ge 9 ]; }; }
}

# From npm if there is one, which works wherever npm works; the package's own
# install script is not needed. Only the binary is kept.
install_deno() {
  work=$root/.deno/install.$$
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM HUP
  mkdir -p "$work" "$root/.deno/bin"
  if command -v npm >/dev/null; then
    echo "Fetching Deno $version with npm, once, into .deno/ ..." >&2
    # npm reads the machine's own settings only without --prefix.
    (
      cd "$work"
      echo '{}' >package.json
      npm install --cache "$work/cache" --no-save --no-audit --no-fund \
        --ignore-scripts --no-update-notifier --loglevel=error "deno@$version" >/dev/null
    )
    mv "$work"/node_modules/@deno/*/deno "$root/.deno/bin/deno"
  elif command -v curl >/dev/null; then
    echo "Fetching Deno $version, once, into .deno/ ..." >&2
    # With CI set it neither asks nor touches the shell's settings.
    curl -fsSL https://deno.land/install.sh |
      CI=true DENO_INSTALL="$work" sh -s "v$version" >/dev/null
    [ -x "$work/bin/deno" ] || {
      echo "Deno's installer did not succeed: install Deno or npm first." >&2
      exit 1
    }
    mv "$work/bin/deno" "$root/.deno/bin/deno"
  else
    echo "Neither deno, npm nor curl is on PATH: install one of them." >&2
    exit 1
  fi
  rm -rf "$work"
  trap - EXIT INT TERM HUP
}

# What Deno downloads and compiles stays in the project, also without a HOME;
# certificates that the machine trusts are good enough for Deno.
export DENO_DIR="${DENO_DIR:-$root/.deno/cache}"
export DENO_TLS_CA_STORE="${DENO_TLS_CA_STORE:-mozilla,system}"
export DENO_NO_UPDATE_CHECK=1
# Deno would also colour what goes to a file.
[ -t 1 ] || export NO_COLOR=1

# The scripts' shebangs look for deno on PATH, so ours has to be there.
if ! has_deno; then
  PATH=$root/.deno/bin:$PATH
  export PATH
  has_deno || install_deno
  has_deno || {
    echo "The Deno in .deno/bin does not start: delete .deno/ and retry." >&2
    exit 1
  }
fi

# By these words commands say how they are called again.
export RUN_SH="$0"

case $* in
test)
  cd "$root"
  unset RUN_SH
  exec deno task ok
  ;;
deno | deno\ *)
  shift
  exec deno "$@"
  ;;
workbench | workbench\ * | lab | lab\ *)
  [ "$1" = lab ] || shift
  exec deno run --quiet --frozen --allow-all --config "$root/deno.json" \
    "$root/workbench/cli/main.ts" "$@"
  ;;
soak | soak\ * | mutants | mutants\ * | limits | limits\ * | \
  ladder | ladder\ * | scenarios | scenarios\ * | bench | bench\ *)
  task=$1
  cd "$root"
  export RUN_SH=./run.sh
  shift
  exec deno task --quiet "$task" "$@"
  ;;
compile)
  cd "$root"
  mkdir -p bin
  for script in echo unique_ids broadcast counter kafka txn beyond/g_set \
    beyond/list_append; do
    bin=bin/${script##*/}
    echo "$bin"
    deno compile --quiet --no-prompt --output "$bin" "$script.ts" || {
      status=$?
      echo "Can't compile $script.ts: the reason is above. Deno fetches the" \
        "base of its executables from dl.deno.land the first time." >&2
      exit $status
    }
  done
  ;;
*)
  exec deno run --quiet --frozen --allow-all --config "$root/deno.json" \
    "$root/workbench/cli/run_challenges.ts" "$@"
  ;;
esac

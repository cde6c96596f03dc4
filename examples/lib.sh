# What the examples' run.sh share. It is sourced, not run.
#
# Everything lives in one temporary folder and in child processes; both are gone when the script ends.
set -euo pipefail
exec </dev/null

examples="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$examples")"
# Tests run what they have built for themselves, TUNNEL_CONFIGURATION=Debug.
built="bin/${TUNNEL_CONFIGURATION:=Release}/net10.0"
portal="$root/src/Portal/$built/portal"
bridge="$root/src/Bridge/$built/bridge"
home_web_server="$examples/home-web-server/Server/$built/home-web-server"
visitor="$examples/Visitor/$built/visitor"

work="$(mktemp -d "${TMPDIR:-/tmp}/tunnel-example.XXXXXX")"
chmod 700 "$work"
pids=()
names=()

# Linux can end a child with its parent even if the parent is killed; elsewhere the trap below has to do.
leash=()
if setpriv --pdeathsig TERM true 2>/dev/null; then
  leash=(setpriv --pdeathsig TERM)
fi

cleanup() {
  local status=$? pid
  trap - EXIT
  trap '' INT TERM HUP
  # The last started ends first: whoever dials ends before whoever listens.
  local i
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill -TERM "${pids[$i]}" 2>/dev/null || true
  done
  for pid in ${pids[@]+"${pids[@]}"}; do
    for _ in $(seq 60); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# The command line of every example: nothing, or --once.
once=false
case "${1:-}" in
  "") ;;
  --once) once=true ;;
  *)
    echo "usage: $0 [--once]" >&2
    exit 2
    ;;
esac

say() {
  echo "== $*" >&2
}

# Builds the programs and what the examples add. No build server stays behind. Whoever runs many examples builds once and
# says so with TUNNEL_EXAMPLES_BUILT=1.
build() {
  [ "${TUNNEL_EXAMPLES_BUILT:-}" = 1 ] && return
  say "building (the first time takes a minute)"
  DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 \
    dotnet build "$examples/Examples.slnf" -c "$TUNNEL_CONFIGURATION" -v quiet -nologo -clp:NoSummary -p:UseSharedCompilation=false >"$work/build.log" 2>&1 </dev/null || {
    cat "$work/build.log" >&2
    exit 1
  }
}

# start NAME COMMAND...: runs it in the background; its standard output is $work/NAME.out, its standard error $work/NAME.log.
# What it reads from standard input is what start is given.
start() {
  local name=$1
  shift
  : >"$work/$name.out"
  : >"$work/$name.log"
  TUNNEL_STATE_DIR="$work/state-$name" ${leash[@]+"${leash[@]}"} "$@" <&0 >>"$work/$name.out" 2>>"$work/$name.log" &
  pids+=($!)
  names+=("$name")
}

# All that a program said, without a join string's secret.
said() {
  cat "$work/$1.out" "$work/$1.log" | sed 's|tunnel://[^@]*@|tunnel://***@|' >&2
}

# Fails when a program that was started has ended.
check_alive() {
  local i
  for ((i = 0; i < ${#pids[@]}; i++)); do
    if ! kill -0 "${pids[$i]}" 2>/dev/null; then
      say "${names[$i]} has ended:"
      said "${names[$i]}"
      exit 1
    fi
  done
}

# await NAME PATTERN: waits until the program's output has a line that matches the basic regular expression, and prints
# what its first \(group\) matched.
await() {
  local name=$1 pattern=$2 found
  for _ in $(seq 300); do
    found="$(cat "$work/$name.out" "$work/$name.log" | sed -n "s|.*$pattern.*|\\1|p" | head -n 1)"
    if [ -n "$found" ]; then
      echo "$found"
      return
    fi
    check_alive
    sleep 0.1
  done
  say "$name did not say within 30 s what was expected ($pattern). It said:"
  said "$name"
  exit 1
}

# Stays until Ctrl-C.
stay() {
  say "Ctrl-C ends it"
  while true; do
    check_alive
    sleep 1
  done
}

start_home_web_server() {
  start home-web-server "$home_web_server" --urls http://127.0.0.1:0
  service="$(await home-web-server 'Now listening on: http://\(127.0.0.1:[0-9]*\)')"
  say "the web server listens on $service"
}

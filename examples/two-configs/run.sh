#!/usr/bin/env bash
# Tries the two configurations on one machine. Only addresses and ports are changed, in copies; the key is made anew.
#
#   ./run.sh          prints the public URL and stays until Ctrl-C
#   ./run.sh --once   visits it, checks every answer, and ends: 0 when all was right
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

here="$examples/two-configs"
build
start_home_web_server
cd "$work"
(umask 077 && "$portal" keygen >tunnel.key)

sed -e 's|0\.0\.0\.0:7000|127.0.0.1:0|' -e 's|0\.0\.0\.0:8080|127.0.0.1:0|' "$here/portal.json" >portal.json
"$portal" check --strict -c portal.json
start portal "$portal" run -c portal.json
interconnect="$(await portal 'interconnect listening on \([^ ]*\)')"
public="$(await portal 'serving \([^ ]*\) ->')"

sed -e "s|portal\.example\.com:7000|$interconnect|" -e "s|127\.0\.0\.1:80\"|$service\"|" "$here/bridge.json" >bridge.json
TUNNEL_KEY="$(cat tunnel.key)"
export TUNNEL_KEY
"$bridge" check --strict -c bridge.json
start bridge "$bridge" run -c bridge.json
await bridge '\(connected: .*\)' >/dev/null

if $once; then
  "$visitor" home "http://$public/"
  say "all was right"
else
  echo "http://$public/"
  stay
fi

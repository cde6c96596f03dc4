#!/usr/bin/env bash
# Tries the balancer on one machine. Only addresses and ports are changed, in copies; the key is made anew.
#
#   ./run.sh          prints the public URL and stays until Ctrl-C
#   ./run.sh --once   visits it, ends two of the three servers, visits again, and ends: 0 when all was right
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

here="$examples/balanced"
build
cd "$work"
TUNNEL_KEY="$("$portal" keygen)"
export TUNNEL_KEY

cp "$here/bridge.json" bridge.json
for i in 1 2 3; do
  start "server-$i" "$home_web_server" --urls http://127.0.0.1:0
  service="$(await "server-$i" 'Now listening on: http://\(127.0.0.1:[0-9]*\)')"
  sed -i.bak -e "s|127\.0\.0\.1:800$i|$service|" bridge.json
done

sed -e 's|0\.0\.0\.0:[0-9]*|127.0.0.1:0|g' "$here/portal.json" >portal.json
"$portal" check --strict -c portal.json
start portal "$portal" run -c portal.json
interconnect="$(await portal 'interconnect listening on \([^ ]*\)')"
public="$(await portal 'serving \([^ ]*\) ->')"

sed -i.bak -e "s|\"portal\.example\.com\", \"port\": 7000|\"${interconnect%:*}\", \"port\": ${interconnect##*:}|" bridge.json
"$bridge" check --strict -c bridge.json
start bridge "$bridge" run -c bridge.json
await bridge '\(connected: .*\)' >/dev/null

if $once; then
  "$visitor" home "http://$public/"
  say "two of the servers end"
  for i in 0 1; do
    kill -TERM "${pids[$i]}"
    wait "${pids[$i]}" || true
  done
  "$visitor" home "http://$public/"
  say "all was right"
else
  echo "http://$public/"
  stay
fi

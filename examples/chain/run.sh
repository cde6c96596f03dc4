#!/usr/bin/env bash
# Tries the chain on one machine: visitor, portal A, bridge A, portal B, bridge B, web server. Only addresses and ports are
# changed, in copies; the keys are made anew.
#
#   ./run.sh          prints the public URL and stays until Ctrl-C
#   ./run.sh --once   visits it, checks every answer, and ends: 0 when all was right
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

here="$examples/chain"
build
start_home_web_server
cd "$work"
KEY_A="$("$portal" keygen)"
KEY_B="$("$portal" keygen)"
export KEY_A KEY_B

sed -e 's|0\.0\.0\.0|127.0.0.1|' -e 's|7000|0|' -e 's|8080|0|' "$here/portal-a.json" >portal-a.json
sed -e 's|0\.0\.0\.0:[0-9]*|127.0.0.1:0|g' "$here/portal-b.json" >portal-b.json
start portal-a "$portal" run -c portal-a.json
start portal-b "$portal" run -c portal-b.json
interconnect_a="$(await portal-a 'interconnect listening on \([^ ]*\)')"
interconnect_b="$(await portal-b 'interconnect listening on \([^ ]*\)')"
public_a="$(await portal-a 'serving \([^ ]*\) ->')"
public_b="$(await portal-b 'serving \([^ ]*\) ->')"

sed -e "s|portal-b\.example\.com:8080|$public_b|" \
  -e "s|\"portal-a\.example\.com\", \"port\": 7000|\"${interconnect_a%:*}\", \"port\": ${interconnect_a##*:}|" \
  "$here/bridge-a.json" >bridge-a.json
sed -e "s|portal-b\.example\.com:7000|$interconnect_b|" -e "s|127\.0\.0\.1:80\"|$service\"|" "$here/bridge-b.json" >bridge-b.json
for side in portal-a portal-b; do "$portal" check --strict -c $side.json; done
for side in bridge-a bridge-b; do "$bridge" check --strict -c $side.json; done
start bridge-a "$bridge" run -c bridge-a.json
start bridge-b "$bridge" run -c bridge-b.json
await bridge-a '\(connected: .*\)' >/dev/null
await bridge-b '\(connected: .*\)' >/dev/null

if $once; then
  "$visitor" home "http://$public_a/"
  say "all was right"
else
  echo "http://$public_a/"
  stay
fi

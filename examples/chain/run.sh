#!/usr/bin/env bash
# Tries the chain on one machine: visitor, portal A, the program in the middle, bridge B, web server. Only addresses and
# ports are changed, in copies; the secrets are made anew.
#
#   ./run.sh          prints the public URL and stays until Ctrl-C
#   ./run.sh --once   visits it, checks every answer, and ends: 0 when all was right
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

here="$examples/chain"
build
start_home_web_server
cd "$work"
KEY_A="$("$portal" keygen)"
ID_B="$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)"
export KEY_A ID_B

# A port in a copy is 0, so that the system chooses it, and then the one that was chosen.
sed -e 's|0\.0\.0\.0|127.0.0.1|' -e 's|7000|0|' -e 's|8080|0|' "$here/portal-a.json" >portal-a.json
"$portal" check --strict -c portal-a.json
start portal-a "$portal" run -c portal-a.json
interconnect_a="$(await portal-a 'interconnect listening on \([^ ]*\)')"
public="$(await portal-a 'serving \([^ ]*\) ->')"

sed -e 's|0\.0\.0\.0|127.0.0.1|' -e 's|8000|0|' \
  -e "s|\"portal-a\.example\.com\", \"port\": 7000|\"${interconnect_a%:*}\", \"port\": ${interconnect_a##*:}|" \
  "$here/middle.json" >middle.json
"$portal" check --strict -c middle.json
start middle "$portal" run -c middle.json
interconnect_b="$(await middle 'interconnect listening on \([^ ]*\)')"

sed -e "s|\"middle\.example\.com\", \"port\": 8000|\"${interconnect_b%:*}\", \"port\": ${interconnect_b##*:}|" \
  -e "s|127\.0\.0\.1:80\"|$service\"|" "$here/bridge-b.json" >bridge-b.json
"$bridge" check --strict -c bridge-b.json
start bridge-b "$bridge" run -c bridge-b.json
await portal-a 'bridge \(connected: first\.example.*\)' >/dev/null
await middle 'bridge \(connected: second\.example.*\)' >/dev/null

if $once; then
  "$visitor" home "http://$public/"
  say "all was right"
else
  echo "http://$public/"
  stay
fi

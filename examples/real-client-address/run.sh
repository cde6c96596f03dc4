#!/usr/bin/env bash
# A web app knows its visitors although a load balancer, a portal and a bridge are in between. Only addresses and ports of the
# configurations are changed, in copies; the key is made anew.
#
#   ./run.sh          prints the public URL and stays until Ctrl-C
#   ./run.sh --once   visits it and checks that the app sees each visitor's own address, and ends: 0 when all was right
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

here="$examples/real-client-address"
build
start app "$here/App/$built/real-client-address"
service="$(await app 'Now listening on: http://\(127.0.0.1:[0-9]*\)')"
cd "$work"
KEY="$("$portal" keygen)"
export KEY

sed -e 's|0\.0\.0\.0|127.0.0.1|' -e 's|: 7000|: 0|' -e 's|: 8080|: 0|' "$here/portal.json" >portal.json
"$portal" check --strict -c portal.json
start portal "$portal" run -c portal.json
interconnect="$(await portal 'interconnect listening on \([^ ]*\)')"
behind="$(await portal 'serving \([^ ]*\) ->')"

sed -e "s|portal\.example\.com:7000|$interconnect|" -e "s|127\.0\.0\.1:80\"|$service\"|" "$here/bridge.json" >bridge.json
"$bridge" check --strict -c bridge.json
start bridge "$bridge" run -c bridge.json
await bridge '\(connected: .*\)' >/dev/null

sed -e 's|0\.0\.0\.0", "port": 443|127.0.0.1", "port": 0|' -e "s|portal\.example\.com:8080|$behind|" "$here/balancer.json" >balancer.json
"$portal" check --strict -c balancer.json
start balancer "$portal" run -c balancer.json
public="$(await balancer 'serving \([^ ]*\) ->')"

if $once; then
  "$visitor" address "http://$public/"
  say "all was right"
else
  echo "http://$public/"
  stay
fi

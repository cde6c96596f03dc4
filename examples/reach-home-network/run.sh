#!/usr/bin/env bash
# Tries the two configurations on one machine. Only addresses and ports are changed, in copies; key and password are made anew.
#
#   ./run.sh          prints what to try and stays until Ctrl-C
#   ./run.sh --once   visits "nas" through both proxies, and ends: 0 when all was right
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

here="$examples/reach-home-network"
build
start_home_web_server
cd "$work"
TUNNEL_KEY="$("$portal" keygen)"
PROXY_PASSWORD="$("$portal" keygen | cut -d . -f 2)"
export TUNNEL_KEY PROXY_PASSWORD

sed -e 's|0\.0\.0\.0|127.0.0.1|' -e 's|"port": [0-9]*|"port": 0|' "$here/portal.json" >portal.json
"$portal" check --strict -c portal.json
start portal "$portal" run -c portal.json
interconnect="$(await portal 'interconnect listening on \([^ ]*\)')"
socks="$(await portal 'serving \([^ ]*\) -> .* (socks proxy)')"
http="$(await portal 'serving \([^ ]*\) -> .* (http proxy)')"

sed -e "s|\"portal\.example\.com\", \"port\": 7000|\"${interconnect%:*}\", \"port\": ${interconnect##*:}|" \
  -e "s|192\.168\.1\.20:80|$service|" "$here/bridge.json" >bridge.json
cp "$here/not-for-guests.txt" .
"$bridge" check --strict -c bridge.json
start bridge "$bridge" run -c bridge.json
await bridge '\(connected: .*\)' >/dev/null

# no_way ARGUMENTS...: fails where curl gets an answer.
no_way() {
  if curl --silent --fail --max-time 20 --noproxy '' --output answer "$@"; then
    say "got an answer where there should be none: ${*: -1}"
    exit 1
  fi
}

if $once; then
  for proxy in "socks5h://ann:$PROXY_PASSWORD@$socks" "http://ann:$PROXY_PASSWORD@$http"; do
    curl --silent --show-error --fail --max-time 20 --noproxy '' --proxy "$proxy" --output nas.html http://nas/
    [ -s nas.html ]
  done
  # Without the password, and to the bridge's own machine, there is no way.
  no_way --proxy "socks5h://$socks" http://nas/
  no_way --proxy "socks5h://ann:$PROXY_PASSWORD@$socks" "http://$service/"
  # Nor is there one to what the list and the rules forbid.
  no_way --proxy "socks5h://ann:$PROXY_PASSWORD@$socks" http://router/
  no_way --proxy "http://ann:$PROXY_PASSWORD@$http" --data x=y http://nas/admin
  say "all was right"
else
  say "curl --proxy socks5h://ann:$PROXY_PASSWORD@$socks http://nas/"
  say "curl --proxy http://ann:$PROXY_PASSWORD@$http http://nas/"
  stay
fi

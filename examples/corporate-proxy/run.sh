#!/usr/bin/env bash
# Tries the two configurations on one machine, with a real proxy between them. Only addresses, ports and, with microsocks, the
# proxy's protocol are changed, in copies; key and password are made anew.
#
#   ./run.sh          prints the public URL and stays until Ctrl-C
#   ./run.sh --once   visits it, checks every answer, and ends: 0 when all was right
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

here="$examples/corporate-proxy"
if ! command -v tinyproxy >/dev/null && ! command -v microsocks >/dev/null; then
  say "neither tinyproxy nor microsocks is installed (Debian: apt-get install tinyproxy-bin); nothing was run"
  exit 0
fi

build
start_home_web_server
cd "$work"
(umask 077 && "$portal" keygen >tunnel.key)
TUNNEL_KEY="$(cat tunnel.key)"
PROXY_PASSWORD="$("$portal" keygen | cut -d . -f 2)"
export TUNNEL_KEY PROXY_PASSWORD

sed -e 's|0\.0\.0\.0:443|127.0.0.1:0|' -e 's|0\.0\.0\.0:8080|127.0.0.1:0|' "$here/portal.json" >portal.json
"$portal" check --strict -c portal.json
start portal "$portal" run -c portal.json
interconnect="$(await portal 'interconnect listening on \([^ ]*\)')"
public="$(await portal 'serving \([^ ]*\) ->')"

# Neither proxy chooses a port, so it is guessed, below those that the system gives to others.
proxy_port=$((20000 + RANDOM % 10000))
if command -v tinyproxy >/dev/null; then
  protocol=http
  (umask 077 && printf '%s\n' "Port $proxy_port" 'Listen 127.0.0.1' 'Allow 127.0.0.1' 'MaxClients 20' \
    "BasicAuth ann $PROXY_PASSWORD" "ConnectPort ${interconnect##*:}" >tinyproxy.conf)
  start proxy tinyproxy -d -c tinyproxy.conf
else
  protocol=socks
  start proxy microsocks -i 127.0.0.1 -p "$proxy_port" -u ann -P "$PROXY_PASSWORD"
fi

# The bridge may start before the proxy listens: it dials until it is through.
sed -e "s|portal\.example\.com:443|$interconnect|" -e "s|127\.0\.0\.1:80\"|$service\"|" \
  -e "s|\"protocol\": \"http\"|\"protocol\": \"$protocol\"|" \
  -e 's|proxy\.corp\.example|127.0.0.1|' -e "s|\"port\": 3128|\"port\": $proxy_port|" "$here/bridge.json" >bridge.json
"$bridge" check --strict -c bridge.json
start bridge "$bridge" run -c bridge.json
await bridge '\(connected: .*\)' >/dev/null
say "the bridge is connected through a proxy ($protocol)"

if $once; then
  "$visitor" home "http://$public/"
  say "all was right"
else
  echo "http://$public/"
  stay
fi

#!/usr/bin/env bash
# Runs the complete sample of V2Ray's manual. Only addresses and ports are changed, in copies; portal.json and bridge.json
# stand here as the manual prints them, comments included.
#
#   ./run.sh          prints the public URL and stays until Ctrl-C
#   ./run.sh --once   visits it, checks every answer, and ends: 0 when all was right
#
# PORTAL=v2ray or BRIDGE=v2ray runs V2Ray itself on that side, where it is installed.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

here="$examples/v2ray-manual"
build
start_home_web_server

# V2Ray does not choose ports, so with it on the portal's side they are guessed.
portal_program="${PORTAL:-}"
bridge_program="${BRIDGE:-}"
public_port=0
interconnect_port=0
if [ "$portal_program" = v2ray ]; then
  public_port=$((20000 + RANDOM % 10000))
  interconnect_port=$((public_port + 1))
fi

sed -e "s|\"port\": 80, //|\"listen\": \"127.0.0.1\", \"port\": $public_port, //|" \
  -e "s|\"port\": 1024, //|\"listen\": \"127.0.0.1\", \"port\": $interconnect_port, //|" "$here/portal.json" >"$work/portal.json"
if [ "$portal_program" = v2ray ]; then
  start portal v2ray -config "$work/portal.json"
  await portal '\(started\)' >/dev/null
  public="127.0.0.1:$public_port"
  interconnect="127.0.0.1:$interconnect_port"
else
  start portal "$portal" run -c "$work/portal.json"
  interconnect="$(await portal 'interconnect listening on \([^ ]*\)')"
  public="$(await portal 'serving \([^ ]*\) ->')"
fi

sed -e "s|portal 的 IP 地址|127.0.0.1|" -e "s|\"port\": 1024|\"port\": ${interconnect##*:}|" \
  -e "s|127\.0\.0\.1:80\"|$service\"|" "$here/bridge.json" >"$work/bridge.json"
if [ "$bridge_program" = v2ray ]; then
  start bridge v2ray -config "$work/bridge.json"
else
  start bridge "$bridge" run -c "$work/bridge.json"
fi
for _ in $(seq 100); do
  curl -s -o /dev/null --noproxy '*' "http://$public/" && break
  check_alive
  sleep 0.1
done

if $once; then
  "$visitor" home "http://$public/"
  say "all was right"
else
  echo "http://$public/"
  stay
fi

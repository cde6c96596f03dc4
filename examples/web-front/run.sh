#!/usr/bin/env bash
# The portal as the web server in front of a server at home. Only addresses and ports are changed, in copies.
#
#   ./run.sh          prints how to visit the sites and stays until Ctrl-C
#   ./run.sh --once   visits them, checks every answer, and ends: 0 when all was right
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

here="$examples/web-front"
build
cd "$work"
cp -r "$here/site" site
mkdir site/intern
echo "for us" >site/intern/index.html
export INTERN=a-password
(umask 077 && "$portal" keygen >home.key)
start_home_web_server

sed -e 's|"0\.0\.0\.0", "port": 80,|"127.0.0.1", "port": 0,|' -e 's|"0\.0\.0\.0", "port": 7000|"127.0.0.1", "port": 0|' \
  -e "s|http://127\.0\.0\.1:8000|http://$service|" "$here/portal.json" >portal.json
"$portal" check --strict -c portal.json
start portal "$portal" run -c portal.json
interconnect="$(await portal 'interconnect listening on \([^ ]*\)')"
public="$(await portal 'serving \([^ ]*\) ->')"

sed -e "s|portal\.example\.com:7000|$interconnect|" -e "s|127\.0\.0\.1:8000|$service|" "$here/bridge.json" >bridge.json
"$bridge" check --strict -c bridge.json
start bridge "$bridge" run -c bridge.json
await bridge '\(connected: .*\)' >/dev/null

# fetch NAME PATH ARGUMENT...: asks the portal for a site's path; the answer is in $work/page, its head in $work/head. Prints the status.
fetch() {
  local name=$1 path=$2
  shift 2
  curl -sS --noproxy '*' --max-time 20 --resolve "$name:${public##*:}:127.0.0.1" -D head -o page -w '%{http_code}' "$@" "http://$name:${public##*:}$path"
}

# expect STATUS WHAT TEXT FILE: the last answer had this status, and a file has this text.
expect() {
  if [ "$1" != "$2" ] || ! grep -q -- "$4" "$5"; then
    say "wrong: $3: $1, expected $2 and '$4'"
    cat head page >&2
    exit 1
  fi
  say "$3: $1"
}

if $once; then
  expect "$(fetch www.example.com /)" 200 "a file of the portal's machine" "The front" page
  expect "$(fetch www.example.com /house/)" 200 "a page of the server at home" "Welcome home" page
  expect "$(fetch www.example.com /house/house.svg)" 200 "an image of the server at home" "</svg>" page
  expect "$(fetch www.example.com /old)" 301 "a redirect" "^Location: /house/" head
  expect "$(fetch www.example.com /not-there)" 404 "a file that is not there" "404" page
  expect "$(fetch www.example.com /intern/)" 401 "without a password" "^Tunnel-Error: auth" head
  expect "$(fetch www.example.com /intern/ -u "me:$INTERN")" 200 "with the password" "for us" page
  expect "$(fetch home.example.com /)" 200 "all of the server at home" "Welcome home" page
  expect "$(fetch other.example.com /)" 404 "a name that is nobody's" "404" page
  "$portal" import nginx "$here/nginx.conf" >imported.json
  grep -q '"path": "/house/", "to": "http://127.0.0.1:8000/"' imported.json
  say "all was right"
else
  for site in "www.example.com" "home.example.com"; do
    echo "curl --resolve $site:${public##*:}:127.0.0.1 http://$site:${public##*:}/"
  done
  stay
fi

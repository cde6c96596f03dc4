#!/usr/bin/env bash
# Three sites with certificates of their own behind one public port. Only addresses and ports are changed, in copies; keys and
# certificates are made anew.
#
#   ./run.sh          prints how to visit the sites and stays until Ctrl-C
#   ./run.sh --once   visits them, checks every certificate, and ends: 0 when all was right
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

here="$examples/three-sites-one-port"
build
cd "$work"
for site in red green blue; do
  (umask 077 && "$portal" keygen >"$site.key")
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj "/CN=$site.example" \
    -addext "subjectAltName=DNS:$site.example" -keyout "$site-site.key" -out "$site.pem" 2>/dev/null
  start "site-$site" "$home_web_server" --urls https://127.0.0.1:0 \
    --Kestrel:Certificates:Default:Path="$work/$site.pem" --Kestrel:Certificates:Default:KeyPath="$work/$site-site.key"
done

sed -e 's|"0\.0\.0\.0", "port": 443|"127.0.0.1", "port": 0|' -e 's|"0\.0\.0\.0", "port": 7000|"127.0.0.1", "port": 0|' "$here/portal.json" >portal.json
"$portal" check --strict -c portal.json
start portal "$portal" run -c portal.json
interconnect="$(await portal 'interconnect listening on \([^ ]*\)')"
public="$(await portal 'serving \([^ ]*\) ->')"

for site in red green blue; do
  service="$(await "site-$site" 'Now listening on: https://\(127.0.0.1:[0-9]*\)')"
  sed -e "s|portal\.example\.com:7000|$interconnect|" -e "s|127\.0\.0\.1:443\"|$service\"|" "$here/bridge-$site.json" >"bridge-$site.json"
  "$bridge" check --strict -c "bridge-$site.json"
  start "bridge-$site" "$bridge" run -c "bridge-$site.json"
done
for site in red green blue; do
  await "bridge-$site" '\(connected: .*\)' >/dev/null
done

# visit NAME CERTIFICATE: asks the public port for a site, and accepts no other certificate.
visit() {
  curl -fsS --noproxy '*' --max-time 20 --cacert "$2" --resolve "$1:${public##*:}:127.0.0.1" -o "$work/page" "https://$1:${public##*:}/"
}

if $once; then
  for site in red green blue; do
    visit "$site.example" "$site.pem" || visit "$site.example" "$site.pem"
    grep -q '<html' page
    say "$site.example is served with its own certificate"
  done
  if visit yellow.example red.pem 2>/dev/null; then
    say "yellow.example is nobody's, and was served"
    exit 1
  fi
  say "all was right"
else
  for site in red green blue; do
    echo "curl --cacert $work/$site.pem --resolve $site.example:${public##*:}:127.0.0.1 https://$site.example:${public##*:}/"
  done
  stay
fi

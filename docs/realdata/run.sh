#!/usr/bin/env bash
# Replays the real requests of Los Angeles into a real server and lets invented mediators and staff take every case to its
# end, over HTTP. Prints the tables of docs/realdata.md on standard output, progress on standard error.
#
#   docs/realdata/run.sh sqlite            all 10,000 requests on the embedded store
#   docs/realdata/run.sh mongo             the same on MongoDB ($MONGODB_URI, mongod, Docker, or the stand-in)
#   docs/realdata/run.sh mongo 2000        the first 2,000 only
#   docs/realdata/run.sh mongo 2000 4000   2,000 of them behind the first 4,000
#
# LA311 is the folder with requests.csv.gz and nc.geojson.gz (default: ../shared/data/la311 beside the checkout).
# KEEP=1 keeps the working folder; PAUSE is how long somebody with nothing to do waits before they look again (2s).
set -euo pipefail
cd "$(dirname "$0")/../.."
store=${1:-sqlite} rows=${2:-10000} from=${3:-0}
data=${LA311:-$PWD/../shared/data/la311}
[ -r "$data/requests.csv.gz" ] || { echo "no $data/requests.csv.gz: set LA311" >&2; exit 2; }

work=$(mktemp -d)
pids=()
finish() {
  if [ $? != 0 ] && [ -s "$work/serve.log" ]; then echo "the server's log:" >&2; tail -n 5 "$work/serve.log" >&2; fi
  for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
  for p in "${pids[@]}"; do wait "$p" 2>/dev/null || true; done
  if [ -n "${KEEP:-}" ]; then echo "kept $work" >&2; else rm -rf "$work"; fi
}
trap finish EXIT
say() { echo "$(date +%H:%M:%S) $*" >&2; }
# first FILE: the file's first line, as soon as there is one.
first() { for _ in $(seq 600); do [ -s "$1" ] && { head -n 1 "$1"; return; }; sleep 0.2; done; echo "nothing in $1" >&2; return 1; }

say "build"
mkdir -p "$work/bin" "$work/data"
go build -o "$work/bin/fengqiao" ./cmd/fengqiao
go build -o "$work/bin/fcm" ./push/fcm/fcmtest/cmd
export FENGQIAO_LANG=en FENGQIAO_DATA=$work/data
fengqiao="$work/bin/fengqiao"

if [ "$store" = mongo ]; then
  go build -o "$work/bin/mongo" ./internal/mongotest/cmd
  export FENGQIAO_STANDIN_HEAP=${FENGQIAO_STANDIN_HEAP:-4g} # it keeps everything in memory
  # It ends with its standard input, which this shell holds open.
  mkfifo "$work/stdin"
  "$work/bin/mongo" --port 0 <"$work/stdin" >"$work/mongo.uri" 2>"$work/mongo.log" &
  pids+=($!)
  exec 9>"$work/stdin"
  uri=$(first "$work/mongo.uri")
  case $uri in *\?*) FENGQIAO_STORE=${uri%%\?*} FENGQIAO_STORE=${FENGQIAO_STORE%/}/realdata?${uri#*\?} ;; *) FENGQIAO_STORE=${uri%/}/realdata ;; esac
  export FENGQIAO_STORE
  head -n 1 "$work/mongo.log" >&2
fi

say "local FCM server"
"$work/bin/fcm" --listen 127.0.0.1:0 >"$work/fcm.out" 2>&1 &
pids+=($!)
endpoint=$(first "$work/fcm.out" | awk '{print $2}')

say "plan, policy, people"
zcat "$data/nc.geojson.gz" >"$work/councils.geojson"
zcat "$data/requests.csv.gz" >"$work/every.csv"
awk -v n="$rows" -v from="$from" 'NR == 1 || NR > from + 1 && NR <= from + n + 1' "$work/every.csv" >"$work/requests.csv"
"$fengqiao" keys init >&2
plan=$("$fengqiao" import plan "$work/councils.geojson" --code-property nc_id --name-property name --parent-name-property service_re --version la-2020)
"$fengqiao" import policy fixtures/policies/losangeles.yaml >&2
"$fengqiao" simulate people --out "$work" >&2
"$fengqiao" import mediators "$work/mediators.csv" --strict >&2
"$fengqiao" import people "$work/people.csv" --strict >&2
code=$("$fengqiao" user bootstrap)

say "server"
serve() {
  "$fengqiao" serve --listen 127.0.0.1:0 --rate-factor 1000 --rate-sign-in 1000 --log-level error \
    --fcm-project simulated --fcm-endpoint "$endpoint" >"$work/serve.out" 2>>"$work/serve.log" &
  server=$!
  pids+=("$server")
  address=$(first "$work/serve.out" | awk '{print $NF}')
}
serve
head -c 24 /dev/urandom | base64 | tr -d '/+=\n' >"$work/password"
sim=(--to "$address" --sessions "$work/sessions.json" --connections "${CONNECTIONS:-16}")
began=$(date +%s)
"$fengqiao" simulate enrol "${sim[@]}" --code "$code" --password-file "$work/password" >&2
enrolled=$(($(date +%s) - began))

say "replay of $rows requests behind the first $from, while mediators and staff work"
senders=gw-c1-1,gw-c30-1,gw-c60-1,gw-c90-1
map=id=srnumber,lat=latitude,lon=longitude,at=createddate,category=requesttype,address=address
replay() {
  "$fengqiao" replay "$1" --to "$address" --login "$2" --password-file "$work/password" --map "$map" \
    --time-layout "1/2/06 15:04" --zone America/Los_Angeles --category-map docs/realdata/categories.yaml --connections 8
}
"$fengqiao" simulate work "${sim[@]}" --idle 30s --pause "${PAUSE:-2s}" --limit "${LIMIT:-60m}" >"$work/work.md" &
worker=$!
pids+=("$worker")
replay "$work/requests.csv" "$senders" >"$work/replay.txt"
# One matter in twenty is reported by a second grid worker, too.
awk 'NR == 1 || NR % 20 == 0' "$work/requests.csv" >"$work/again.csv"
replay "$work/again.csv" gw-c15-2,gw-c45-2 >"$work/second.txt"
wait "$worker" || { cat "$work/work.md" >&2; tail -5 "$work/serve.log" >&2; say "the work was not finished"; }

say "the same file once more: nothing new may be stored"
replay "$work/requests.csv" "$senders" >"$work/third.txt"

say "audit"
verdict=0
"$fengqiao" simulate audit "${sim[@]}" --requests "$work/requests.csv" --ground "$work/councils.geojson" --code-property nc_id \
  --id srnumber --lon longitude --lat latitude --own nc --login "$senders" --pushes "${endpoint%/v1}/stats" >"$work/audit.md" || verdict=1

say "stop and verify"
peak=$(awk '/VmHWM/ {printf "%.0f MB", $2 / 1024}' "/proc/$server/status" 2>/dev/null || echo unknown)
kill -TERM "$server"
wait "$server" || { say "the server did not end well"; verdict=1; }
"$fengqiao" verify >"$work/verify.txt" 2>&1 || verdict=1

table() { awk -F '  +' 'BEGIN {print "| | |\n|---|---:|"} {print "| " $1 " | " $2 " |"}' "$1"; }
cat <<TABLES
$plan. Enrolment of everybody took ${enrolled} s. The server's resident memory was at most $peak.

### Replay

$(table "$work/replay.txt")

### A second grid worker reports one matter in twenty

$(table "$work/second.txt")

### The first file once more

$(table "$work/third.txt")

### What mediators, staff and parties did

$(cat "$work/work.md")

### Audit

$(cat "$work/audit.md")

### fengqiao verify

\`\`\`
$(cat "$work/verify.txt")
\`\`\`
TABLES
[ "$verdict" = 0 ] || say "NOT everything is as it must be"
exit "$verdict"

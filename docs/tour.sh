#!/usr/bin/env bash
# One report's way from the phone to the settled case, and one suggestion's to the page that everybody reads, as curl calls against the demo.
# 一条上报从手机到化解、一条建议到公开网页的全过程：对演示服务的一串 curl 调用。
#
#   make demo                                             (in one terminal: prints address and password)
#   ADDRESS=http://127.0.0.1:8080 PASSWORD=… bash docs/tour.sh
# or
#   fengqiao demo --json > demo.json &                    (one line with everything)
#   bash docs/tour.sh demo.json
#
# Needs bash, curl, and python3 or node to pick values out of JSON. Every step prints the call and what came of it.
set -euo pipefail

# pick a.b.0.c reads a member of the JSON on standard input; nothing where there is none.
# find NAME VALUE FIELD reads FIELD of the first object of a list whose NAME (a path) is VALUE.
if command -v python3 >/dev/null; then
  pick() { python3 -c '
import json, sys
v = json.load(sys.stdin)
for k in sys.argv[1].split("."):
    v = None if v is None else v[int(k)] if isinstance(v, list) and int(k) < len(v) else v.get(k) if isinstance(v, dict) else None
print("" if v is None else json.dumps(v) if isinstance(v, (dict, list)) else v)' "$1"; }
  find() { python3 -c '
import functools, json, sys
n, w, f = sys.argv[1:]
at = lambda v, p: functools.reduce(lambda x, k: None if x is None else x.get(k), p.split("."), v)
print(next((at(v, f) for v in json.load(sys.stdin) if at(v, n) == w), ""))' "$@"; }
elif command -v node >/dev/null; then
  pick() { node -e 'let v = JSON.parse(require("fs").readFileSync(0)); for (const k of process.argv[1].split(".")) v = v == null ? v : v[k]; console.log(v == null ? "" : typeof v === "object" ? JSON.stringify(v) : v)' "$1"; }
  find() { node -e 'const [n, w, f] = process.argv.slice(1), at = (v, p) => p.split(".").reduce((x, k) => x == null ? x : x[k], v); const v = JSON.parse(require("fs").readFileSync(0)).find(x => at(x, n) === w); console.log(v === undefined ? "" : at(v, f))' "$@"; }
else
  echo "tour.sh needs python3 or node" >&2
  exit 2
fi

if [ $# -ge 1 ]; then
  DEMO=$(head -n 1 "$1")
  ADDRESS=$(pick address <<<"$DEMO")
  PASSWORD=$(pick signIns.0.password <<<"$DEMO")
  login() { pick signIns <<<"$DEMO" | find role "$1" login; }
  UNIT=$(login unit_staff) COUNTY=$(login county_staff) WORKER=$(login grid_worker) STAFF=$(login township_staff) MEDIATOR=$(login mediator) SUPERVISOR=$(login supervisor)
  LON=$(pick place.0 <<<"$DEMO") LAT=$(pick place.1 <<<"$DEMO")
fi
: "${ADDRESS:?the address that the demo printed}" "${PASSWORD:?the password that the demo printed}"
WORKER=${WORKER:-gw-330111001010001} STAFF=${STAFF:-ts-330111001-1} MEDIATOR=${MEDIATOR:-md-330111-0001} SUPERVISOR=${SUPERVISOR:-sv-330111-1}
UNIT=${UNIT:-us-justice-1} COUNTY=${COUNTY:-cs-330111-1} LON=${LON:-119.943059} LAT=${LAT:-30.0630541}
API=$ADDRESS/api/v1
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
uuid() { cat /proc/sys/kernel/random/uuid; }

# call TOKEN METHOD PATH [BODY] sets $ANSWER and, where the answer has one, $ETAG. Creates bear an id of their own, so that they
# can be sent again; changes name the revision that they were decided on.
ETAG='' ANSWER='' STATUS=''
call() {
  local args=(-sS --max-time 30 -X "$2" -D "$DIR/head" -o "$DIR/body" -w '%{http_code}' -H 'Accept-Language: zh-CN')
  [ -n "$1" ] && args+=(-H "Authorization: Bearer $1")
  if [ $# -ge 4 ]; then args+=(-H 'Content-Type: application/json' -H "Idempotency-Key: $(uuid)" --data "$4"); fi
  if [ $# -ge 4 ] && [ -n "$ETAG" ]; then args+=(-H "If-Match: $ETAG"); fi
  STATUS=$(curl "${args[@]}" "$API$3") || exit 1
  ANSWER=$(cat "$DIR/body")
  echo "  $2 $3 → $STATUS"
  if [ "$STATUS" -ge 400 ] && [ "$STATUS" != 412 ]; then
    echo "$ANSWER" >&2
    exit 1
  fi
  local tag
  tag=$(sed -n 's/\r$//; s/^[Ee][Tt][Aa][Gg]: //p' "$DIR/head")
  ETAG=${tag:-$ETAG}
}
sign_in() { # LOGIN → $TOKEN
  ETAG='' && call '' POST /session "{\"login\":\"$1\",\"password\":\"$PASSWORD\",\"deviceName\":\"tour.sh\"}"
  TOKEN=$(pick accessToken <<<"$ANSWER")
}
# change reads a case (or anything else that has a revision), then gives a command; where somebody (the sweep, say) changed it in between, the
# answer is 412, and it reads again.
change() { # TOKEN PATH COMMAND BODY
  for _ in 1 2 3 4 5; do
    call "$1" GET "$2" >/dev/null
    call "$1" POST "$2/$3" "$4"
    [ "$STATUS" = 412 ] || return 0
  done
  echo "what the path names would not stand still: $2" >&2
  exit 1
}
order() { change "$1" "/cases/$CASE" "$2" "$3" && echo "  → $(pick stateText <<<"$ANSWER")"; }
own() { change "$1" /party/case "$2" "$3" && echo "  → $(pick plain <<<"$ANSWER")"; }

step '1  网格员、乡镇工作人员、调解员登录 · grid worker, township staff and mediator sign in'
sign_in "$WORKER" && WORKER_TOKEN=$TOKEN
sign_in "$STAFF" && STAFF_TOKEN=$TOKEN
sign_in "$MEDIATOR" && MEDIATOR_TOKEN=$TOKEN

step '2  网格员上报 · the grid worker reports'
# A report of the same reporter, cell and category joins their open case; a tour that was broken off may have left one.
for CATEGORY in housing_land damage contract environment consumer other; do
  REPORT="{\"clientId\":\"$(uuid)\",\"text\":\"楼上装修漏水，两户为赔偿争吵，已劝开。\",\"category\":\"$CATEGORY\",\"severity\":2,\"point\":{\"type\":\"Point\",\"coordinates\":[$LON,$LAT]},\"accuracyMetres\":8,\"phoneTime\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\"}"
  ETAG='' && call "$WORKER_TOKEN" POST /reports "$REPORT"
  CASE=$(pick case.id <<<"$ANSWER")
  echo "  → $(pick place.name <<<"$ANSWER")  $(pick case.title <<<"$ANSWER")  $(pick case.stateText <<<"$ANSWER")"
  [ "$(pick case.state <<<"$ANSWER")" = reported ] && break
  echo '  并入了尚未办完的案件，换一个类别再报 · it joined an open case; once more with another category'
done
echo '  回音丢了就重发，还是同一条 · sent again after a lost answer it is the same report:'
ETAG='' && call "$WORKER_TOKEN" POST /reports "$REPORT"

step '3  工作人员甄别，登记双方当事人 · staff screen it and enter the parties'
order "$STAFF_TOKEN" accept '{"remark":"属于民间纠纷，受理。"}'
order "$STAFF_TOKEN" add-party '{"kind":"person","side":"applicant","name":"示例申请人","phone":"19900000001"}'
CODE_A=$(pick link <<<"$ANSWER") PARTY_A=$(pick party <<<"$ANSWER")
order "$STAFF_TOKEN" add-party '{"kind":"person","side":"respondent","name":"示例被申请人","phone":"19900000002"}'
CODE_B=$(pick link <<<"$ANSWER") PARTY_B=$(pick party <<<"$ANSWER")

step '4  系统派单，调解员接单 · mediators are asked, one accepts'
OFFER=''
for _ in $(seq 20); do
  call "$MEDIATOR_TOKEN" GET /offers >/dev/null
  OFFER=$(pick items <<<"$ANSWER" | find case.id "$CASE" offer.id)
  [ -n "$OFFER" ] && break
  sleep 0.5
done
if [ -n "$OFFER" ]; then
  echo "  派单理由 · why: $(pick items <<<"$ANSWER" | find case.id "$CASE" offer.reasons.0.text)"
  order "$MEDIATOR_TOKEN" take "{\"offer\":\"$OFFER\"}"
else
  echo '  这一波问的是别的调解员，由工作人员指派 · this wave asked others, so staff assign by hand'
  call "$MEDIATOR_TOKEN" GET /mediators/me
  order "$STAFF_TOKEN" assign "{\"mediator\":\"$(pick id <<<"$ANSWER")\",\"force\":true,\"remark\":\"就近指派\"}"
fi

step '5  当事人凭链接查看 · the parties open their links'
ETAG='' && call '' POST /party/session "{\"code\":\"$CODE_A\"}" && TOKEN_A=$(pick accessToken <<<"$ANSWER")
ETAG='' && call '' POST /party/session "{\"code\":\"$CODE_B\"}" && TOKEN_B=$(pick accessToken <<<"$ANSWER")
call "$TOKEN_A" GET /party/case && echo "  → $(pick plain <<<"$ANSWER")"
own "$TOKEN_A" consent '{"given":true}'
own "$TOKEN_B" consent '{"given":true}'

step '6  调解，达成书面协议 · mediation and a written agreement'
call "$MEDIATOR_TOKEN" GET "/cases/$CASE/reports" && echo "  → $(pick items.0.text <<<"$ANSWER")"
order "$MEDIATOR_TOKEN" session "{\"attended\":[\"$PARTY_A\",\"$PARTY_B\"],\"notes\":\"双方到场，现场查看漏水点，分歧在赔偿数额。\"}"
order "$MEDIATOR_TOKEN" agree "{\"facts\":\"装修致楼下天花板渗水。\",\"terms\":\"一、被申请人三日内修复；二、补偿八百元。\",\"performBy\":\"$(date -u -d '+3 days' +%Y-%m-%dT00:00:00Z)\"}"

step '7  当事人、调解员签名，委员会盖章 · everybody signs'
own "$TOKEN_A" sign '{"manner":"click"}'
own "$TOKEN_B" sign '{"manner":"click"}'
order "$MEDIATOR_TOKEN" sign '{"role":"mediator","manner":"signature"}'
order "$STAFF_TOKEN" sign '{"role":"committee","manner":"seal"}'

step '8  履行，办结 · performed and closed'
order "$MEDIATOR_TOKEN" perform '{"remark":"已修复，补偿款已付。"}'
order "$MEDIATOR_TOKEN" close '{"remark":"办结。"}'

step '9  回访，当事人评价 · the return visit, and the party says satisfied'
order "$WORKER_TOKEN" follow-up '{"kept":true,"resolved":true,"notes":"两户已和好。"}'
own "$TOKEN_A" rate '{"satisfied":true,"stars":5,"remark":"谢谢"}'

step '10  整条时间线 · the whole timeline'
call "$STAFF_TOKEN" GET "/cases/$CASE/timeline?limit=100"
EVENTS=$(pick items <<<"$ANSWER")
for ((i = 0; ; i++)); do
  TEXT=$(pick "$i.kindText" <<<"$EVENTS")
  [ -n "$TEXT" ] || break
  echo "  $((i + 1)) $TEXT $(pick "$i.stateText" <<<"$EVENTS")"
done
call "$STAFF_TOKEN" GET "/cases/$CASE" >/dev/null
STATE=$(pick state <<<"$ANSWER")
echo "  $(pick title <<<"$ANSWER"): $(pick stateText <<<"$ANSWER")"
[ "$STATE" = settled ] || { echo "the case is $STATE, not settled" >&2; exit 1; }

step '11  督查员看统计和评价指数 · the supervisor looks at figures and the scorecard'
sign_in "$SUPERVISOR"
ETAG='' && call "$TOKEN" GET /stats/summary
FIGURES=$(pick figures <<<"$ANSWER")
for KEY in received closed settled; do
  echo "  $(find key "$KEY" text <<<"$FIGURES") $(find key "$KEY" value <<<"$FIGURES")  案件 cases: $(find key "$KEY" cases <<<"$FIGURES")"
done
ETAG='' && call "$TOKEN" GET '/scorecards/anji/results?by=area'
echo "  $(pick text <<<"$ANSWER")  $(pick period.key <<<"$ANSWER")  总分 points: $(pick whole.points <<<"$ANSWER")"

step '12  民意征集：居民提建议，部门答复，结果公布在不用登录的网页上 · a suggestion, its answer, and the page that everybody reads'
call "$STAFF_TOKEN" GET /policy
if [ -z "$(pick rules.opinions <<<"$ANSWER")" ]; then
  echo '  本县规则没有民意征集（opinions），到此为止 · the rules collect no opinions: the tour ends here'
  exit 0
fi
CAMPAIGN=$(uuid) OPENS=$(TZ=Asia/Shanghai date +%Y-%m-%d) CLOSES=$(TZ=Asia/Shanghai date -d "+7 days" +%Y-%m-%d)
call "$STAFF_TOKEN" GET /me && AREA=$(pick area <<<"$ANSWER")
sign_in "$COUNTY" && COUNTY_TOKEN=$TOKEN
sign_in "$UNIT" && UNIT_TOKEN=$TOKEN
# A new thing has no revision yet, so none is named.
ETAG='' && call "$STAFF_TOKEN" POST /opinions/sites "{\"clientId\":\"$(uuid)\",\"kind\":\"point\",\"name\":\"村口便民点\",\"point\":{\"type\":\"Point\",\"coordinates\":[$LON,$LAT]},\"unit\":\"街道办事处\",\"hours\":\"工作日8:30至17:00\"}"
SITE=$(pick id <<<"$ANSWER")
ETAG='' && call "$COUNTY_TOKEN" POST /opinions/campaigns "{\"clientId\":\"$CAMPAIGN\",\"topic\":{\"zh\":\"法律服务怎么更方便\",\"en\":\"Legal services closer to home\"},\"area\":\"$AREA\",\"unit\":\"富阳区司法局\",\"opens\":\"$OPENS\",\"closes\":\"$CLOSES\"}"
ETAG='' && call "$WORKER_TOKEN" POST "/opinions/campaigns/$CAMPAIGN/suggestions" "{\"clientId\":\"$(uuid)\",\"site\":\"$SITE\",\"topic\":\"law\",\"text\":\"请律师每周到村里来一次\",\"name\":\"示例居民\",\"phone\":\"19900000003\"}"
SUGGESTION=$(pick id <<<"$ANSWER") SLIP=/slips/$(pick slip <<<"$ANSWER") && echo "  → $(pick stateText <<<"$ANSWER")  $(pick unit <<<"$ANSWER")"
change "$UNIT_TOKEN" "$SLIP" reply '{"text":"下月起每周三上午有律师到村值班。"}' && echo "  → $(pick stateText <<<"$ANSWER")"
change "$STAFF_TOKEN" "$SLIP" accept '{}' && echo "  → $(pick stateText <<<"$ANSWER")"
change "$COUNTY_TOKEN" "/opinions/suggestions/$SUGGESTION" outcome '{"verdict":"adopted","summary":"律师定期到村"}' && echo "  → $(pick verdictText <<<"$ANSWER")"
change "$COUNTY_TOKEN" "/opinions/campaigns/$CAMPAIGN" closure '{"reason":"演示，提前结束"}'
change "$COUNTY_TOKEN" "/opinions/campaigns/$CAMPAIGN" results '{"text":"感谢参与。"}' && echo "  → $(pick campaign.stageText <<<"$ANSWER")"
echo "  居民在浏览器里看，不用登录 · residents read it in a browser, without signing in: $ADDRESS/opinions/$CAMPAIGN"
PAGE=$(curl -sS --max-time 30 --fail "$ADDRESS/opinions/$CAMPAIGN")
for SEEN in 律师定期到村 下月起每周三上午有律师到村值班。 采纳; do
  [[ $PAGE == *$SEEN* ]] && echo "  ✓ $SEEN" || { echo "the page lacks $SEEN" >&2; exit 1; }
done
for HIDDEN in 示例居民 19900000003 "$SUGGESTION"; do
  [[ $PAGE != *$HIDDEN* ]] || { echo "the page shows $HIDDEN" >&2; exit 1; }
done

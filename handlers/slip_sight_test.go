package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/mediation/slip"
)

// under puts a sample county's policy in force, with changes.
func under(t *testing.T, a *apptest.App, county string, changes ...string) {
	t.Helper()
	src, err := fixtures.Policy(county)
	if err != nil {
		t.Fatal(err)
	}
	root := a.Root(t)
	now := a.Do(t, root, http.MethodGet, "/api/v1/policy", nil).Want(200)
	a.Do(t, root, http.MethodPut, "/api/v1/policy", []byte(strings.NewReplacer(changes...).Replace(string(src))), apptest.Header("Content-Type", "application/yaml"), apptest.IfMatch(now.ETag())).Want(200)
}

const discipline = "富阳区纪委监委"

func TestAClueIsKnownToIssuerAddresseeAndOneRole(t *testing.T) {
	apptest.OnBoth(t, aClueIsKnownToFew)
}

func aClueIsKnownToFew(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	under(t, a, "anji")
	id := oneCase(t, a, apptest.Here)
	boss := desktop{a, a.As(t, mediation.Supervisor, apptest.Here)}
	body := desktop{a, a.Post(t, "discipline", account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: discipline})}
	lead := desktop{a, a.As(t, mediation.Leader, apptest.Here)}
	clue := boss.issue(t, "clue", id, obj{"unit": discipline})
	for name, who := range map[string]desktop{"issuer": boss, "addressee": body, "leader": lead} {
		if got := who.look(t, clue.ID); got.Text != "请说明进展" {
			t.Errorf("%s reads %q", name, got.Text)
		}
	}
	others := []*apptest.Person{a.Post(t, "sv-2", account.Place{Role: mediation.Supervisor, Area: apptest.Here.Code()}),
		a.Post(t, "us-2", account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: apptest.Unit}),
		a.Post(t, "ld-2", account.Place{Role: mediation.Leader, Area: apptest.There.Code()})}
	for _, role := range []mediation.Role{mediation.CountyStaff, mediation.TownshipStaff, mediation.GridLeader, mediation.GridWorker, mediation.MediatorRole} {
		others = append(others, a.As(t, role, apptest.Here))
	}
	for _, who := range others {
		a.Do(t, who, http.MethodGet, "/api/v1/slips/"+clue.ID, nil).Refused(404, "not_found", "")
		a.Do(t, who, http.MethodPost, "/api/v1/slips/"+clue.ID+"/withdraw", obj{"text": "x"}, newKey(), apptest.IfMatch(`"1-x"`)).Refused(404, "not_found", "")
		for _, path := range []string{"/api/v1/slips", "/api/v1/slips?case=" + id, "/api/v1/slips/counts"} {
			if got := a.Do(t, who, http.MethodGet, path, nil).Want(200); strings.Contains(string(got.Body), clue.ID) || strings.Contains(string(got.Body), `"clue"`) {
				t.Errorf("%s for %s: %s", path, who.User.Login, got.Body)
			}
		}
	}
	if got := slipEvents(t, a, id); got != "" {
		t.Errorf("the case tells of %s", got)
	}
	for _, n := range noticesTo(t, a, mediation.NoticeSlip) {
		if n.Case != "" || n.To.Unit != discipline || n.Subject != "slip/"+clue.ID {
			t.Errorf("%+v", n)
		}
	}
	// Overdue it is told to the leader, not to supervisors at large.
	later(t, a, clue.AckDue.Sub(a.Case.Now())+time.Second)
	watchers := 0
	for _, n := range noticesTo(t, a, mediation.NoticeSlipOverdue) {
		if n.To.Role == mediation.Supervisor || n.Case != "" {
			t.Errorf("%+v", n)
		}
		if n.To.Role == mediation.Leader {
			watchers++
		}
	}
	if watchers != 1 {
		t.Errorf("the leader is told %d times", watchers)
	}
}

func TestProofIsSeenByWhoSeesThePaper(t *testing.T) {
	apptest.OnBoth(t, proofIsSeenByWhoSeesThePaper)
}

func proofIsSeenByWhoSeesThePaper(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	id := oneCase(t, a, apptest.Here)
	boss := desktop{a, a.As(t, mediation.Supervisor, apptest.Here)}
	unit := desktop{a, a.As(t, mediation.UnitStaff, apptest.Here)}
	s := boss.issue(t, "assignment", id, obj{"unit": apptest.Unit})
	photo := upload(t, a, unit.who, "proof").Want(201).Text("id")
	unit.give(t, s.ID, "reply", obj{"text": "已办"}).Refused(422, "slip.proof", "photos")
	unit.give(t, s.ID, "reply", obj{"text": "已办", "photos": []string{"nobody's"}}).Refused(422, "unknown_value", "photos[0]")
	boss.give(t, s.ID, "reply", obj{"text": "代答", "photos": []string{photo}}).Refused(403, "forbidden", "")
	unit.give(t, s.ID, "reply", obj{"text": "已办", "photos": []string{photo}}).Want(200)
	for name, x := range map[string]struct {
		who    *apptest.Person
		status int
	}{"issuer": {boss.who, 200}, "addressee": {unit.who, 200}, "the township": {a.As(t, mediation.TownshipStaff, apptest.Here), 200},
		"who reported the case": {a.As(t, mediation.GridWorker, apptest.Here), 404}, "another township": {a.As(t, mediation.TownshipStaff, apptest.There), 404}} {
		if got := a.Do(t, x.who, http.MethodGet, "/api/v1/media/"+photo, nil); got.Status != x.status {
			t.Errorf("%s: %d, want %d", name, got.Status, x.status)
		}
	}
	// Who reads somebody else's paper, or its photos, is on record.
	a.Do(t, a.As(t, mediation.CountyStaff, apptest.Here), http.MethodGet, "/api/v1/slips/"+s.ID, nil).Want(200)
	var looks struct {
		Items []struct {
			What string
			Who  struct{ ID string }
		}
	}
	a.Do(t, boss.who, http.MethodGet, "/api/v1/slips/"+s.ID+"/looks", nil).Want(200).Into(&looks)
	seen := map[string]int{}
	for _, l := range looks.Items {
		seen[l.What]++
		if l.Who.ID == unit.who.User.ID {
			t.Errorf("the addressee's own reading is a look: %+v", l)
		}
	}
	if seen["slip"] != 1 || seen["media"] != 2 { // the county's staff; issuer and township at the photo
		t.Errorf("%v", seen)
	}
	// What was given once belongs to that paper.
	second := boss.issue(t, "assignment", id, obj{"unit": apptest.Unit})
	unit.give(t, second.ID, "reply", obj{"text": "又用一次", "photos": []string{photo}}).Refused(409, "media.attached", "")
}

// visit is a case that came by a channel.
func visit(t *testing.T, a *apptest.App, channel, category string) string {
	t.Helper()
	var got struct{ Case struct{ ID string } }
	a.Do(t, a.As(t, mediation.TownshipStaff, apptest.Here), http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"channel": channel, "category": category})).Want(201).Into(&got)
	return got.Case.ID
}

// do gives the case a command by the township's staff.
func do(t *testing.T, a *apptest.App, id, command string, body obj) {
	t.Helper()
	staff := a.As(t, mediation.TownshipStaff, apptest.Here)
	seen := a.Do(t, staff, http.MethodGet, "/api/v1/cases/"+id, nil).Want(200)
	a.Do(t, staff, http.MethodPost, "/api/v1/cases/"+id+"/"+command, body, newKey(), apptest.IfMatch(seen.ETag())).Want(200)
}

func warnings(t *testing.T, a *apptest.App, id string) (n int) {
	t.Helper()
	list, _, err := a.Slips.About(t.Context(), slip.Subject{Kind: slip.AboutCase, ID: id}, "", 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		if x.Kind == "warning" {
			n++
		}
	}
	return n
}

func TestACaseWithoutProgressIsWarnedOfOnceForEachStandstill(t *testing.T) {
	apptest.OnBoth(t, aCaseWithoutProgressIsWarnedOf)
}

func aCaseWithoutProgressIsWarnedOf(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	under(t, a, "liandu")
	id, app := visit(t, a, "visit", "contract"), visit(t, a, "net", "medical")
	sweepSlips(t, a)
	do(t, a, id, "accept", obj{})
	sweepSlips(t, a)
	days := func(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
	later(t, a, days(40))
	do(t, a, id, "note", obj{"text": "电话问过"}) // an edit, and no progress
	later(t, a, days(4))
	if n := warnings(t, a, id); n != 0 {
		t.Fatalf("after 44 days there are %d warnings", n)
	}
	later(t, a, days(5)) // past the 45th, be it a day off or not
	for range 3 {
		sweepSlips(t, a)
	}
	// Another instance that starts now, and one that has forgotten how far it was.
	if err := a.Store.Slips().See(t.Context(), time.Time{}.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := slip.NewService(a.Slips.Deps).Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := warnings(t, a, id); n != 1 {
		t.Fatalf("after 49 days there are %d warnings", n)
	}
	if n := warnings(t, a, app); n != 0 {
		t.Errorf("a petition by the net has %d warnings", n)
	}
	// It moves, stands still again, and is warned of again.
	do(t, a, id, "escalate", obj{}) // no progress by this policy
	later(t, a, days(46))
	if n := warnings(t, a, id); n != 1 {
		t.Errorf("what is no progress leads to %d warnings", n)
	}
	do(t, a, id, "transfer", obj{"route": "petition_office", "reason": "主管部门"})
	later(t, a, days(50))
	if n := warnings(t, a, id); n != 2 {
		t.Errorf("after a second standstill there are %d warnings", n)
	}
	do(t, a, id, "finish", obj{})
	later(t, a, days(60))
	if n := warnings(t, a, id); n != 2 {
		t.Errorf("an ended case has %d warnings", n)
	}
	ids, first, err := a.Store.Slips().Watched(t.Context(), a.Case.Now().AddDate(10, 0, 0), 10)
	if err != nil || len(ids) != 0 {
		t.Errorf("still watched: %v from %s, %v", ids, first, err)
	}
}

func TestABreachIsRemindedOfByTheSystem(t *testing.T) {
	a := apptest.New(t)
	under(t, a, "fuyang", "\nslips:\n", `
slips:
  triggers:
    - {key: late, kind: reminder, when: breach, clock: state, text: 本环节已超期，请说明原因。}
`)
	id := oneCase(t, a, apptest.Here)
	later(t, a, 23*time.Hour)
	for range 2 {
		a.Case.Advance(2 * time.Hour) // the limit for screening is 24 hours
		if _, err := a.Watch.Sweep(t.Context(), a.Case.Now()); err != nil {
			t.Fatal(err)
		}
		sweepSlips(t, a)
	}
	list, _, err := a.Slips.About(t.Context(), slip.Subject{Kind: slip.AboutCase, ID: id}, "", 50)
	if err != nil || len(list) != 1 || list[0].Kind != "reminder" || list[0].To.Role != mediation.TownshipStaff || list[0].Issuer.User != "" || list[0].Issuer.Role != mediation.CountyStaff { // the township answers, so that the next of the issuers judges
		t.Errorf("%+v, %v", list, err)
	}
}

func TestWhoLeavesHandsOnThePapersThatTheyAnswerAndJudge(t *testing.T) {
	apptest.OnBoth(t, whoLeavesHandsOnPapers)
}

func whoLeavesHandsOnPapers(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	id := oneCase(t, a, apptest.Here)
	boss := desktop{a, a.As(t, mediation.Supervisor, apptest.Here)}
	worker := desktop{a, a.As(t, mediation.GridWorker, apptest.Here)}
	next := desktop{a, a.Post(t, "gw-next", account.Place{Role: mediation.GridWorker, Area: apptest.Here.Grid()})}
	s := boss.issue(t, "reminder", id, obj{"userId": worker.who.User.ID})
	a.As(t, mediation.UnitStaff, apptest.Here)
	boss.issue(t, "reminder", id, obj{"unit": apptest.Unit}) // the unit's stays with the unit
	l := leaver{t, a, id, worker.who}
	h := l.open(worker.who, a.As(t, mediation.Administrator, apptest.Here).User.ID)
	if len(h.Matters) != 1 || h.Matters[0].Kind != "slip" || len(h.Matters[0].Hindrances) != 1 || h.Matters[0].Hindrances[0].Code != "succession.post" {
		t.Fatalf("an administrator answers no papers: %+v", h)
	}
	l.step(worker.who, h.ID, "proposal", obj{"successor": next.who.User.ID}).Want(200)
	var done handed
	l.step(next.who, h.ID, "acceptance", obj{}).Want(200).Into(&done)
	if done.State != "done" || len(done.Matters) != 1 || done.Matters[0].Outcome != "moved" {
		t.Fatalf("%+v", done)
	}
	a.Do(t, worker.who, http.MethodGet, "/api/v1/slips/"+s.ID, nil).Refused(404, "not_found", "")
	next.give(t, s.ID, "reply", obj{"text": "已接手并到场"}).Want(200)
	if got := next.look(t, s.ID); got.history() != "issued handed_over reply" {
		t.Errorf("%+v", got)
	}
}

// A county may put rules in force that have no triggers: what the older cases are owed by theirs comes at its moment, and nothing stays due for ever.
func TestACaseIsWarnedOfByItsOwnPolicyWhateverIsInForce(t *testing.T) {
	a := apptest.New(t)
	under(t, a, "liandu")
	id := visit(t, a, "visit", "contract")
	sweepSlips(t, a)
	under(t, a, "yongkang")
	later(t, a, 49*24*time.Hour)
	sweepSlips(t, a)
	if n := warnings(t, a, id); n != 1 {
		t.Errorf("after 49 days there are %d warnings", n)
	}
	if due, err := a.Slips.NextDue(t.Context(), a.Case.Now()); err != nil || !due.IsZero() && !due.After(a.Case.Now()) {
		t.Errorf("due %s still at %s, %v", due, a.Case.Now(), err)
	}
}

package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// The article says of Longgang: 1,220 matters passed on between the tracks, 358 handled on receipt, 34 studied, handling up by 25 and resolution
// by 17 per cent. How many cases there were it does not say; these counts give just that growth: 1,578 of 2,104 handled after 600 of 1,000, and
// 1,477 of the 1,578 settled after 480 of the 600.
const (
	articlePassed, articleAtOnce, articleStudied = 1220, 358, 34
	tracksUnsettled, tracksInHand                = 101, 526
)

func TestTheArticlesTracksAreComputedFromHistories(t *testing.T) {
	apptest.OnBoth(t, theArticlesTracks)
}

// theArticlesTracks lets two desks, the office and the leader go each way once, under Longgang's own rules; replays it as data as often as the
// article has it; and asks over HTTP.
func theArticlesTracks(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	p := newPair(t, app)
	underLonggangsRules(t, app)
	var begins [3]time.Time // the year before, the year, and its end
	for y, ways := range [][]track{tracksBefore(), tracks()} {
		begins[y] = app.Case.Now()
		for _, way := range ways {
			app.Case.Advance(31 * 24 * time.Hour) // further apart than one matter could be
			replay(t, app, p.along(t, way), way.times-1)
		}
		app.Case.Advance(24 * time.Hour) // the copies are a minute apart
	}
	begins[2] = app.Case.Now()
	if err := app.Figures.Pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	span := url.Values{}
	for name, at := range map[string]time.Time{"compareFrom": begins[0], "compareUntil": begins[1], "from": begins[1], "until": begins[2]} {
		span.Set(name, at.Format(time.RFC3339))
	}
	var got struct {
		Figures []struct {
			Key     string
			Value   *float64
			Earlier struct{ Percent *float64 }
		}
	}
	app.Do(t, app.As(t, mediation.CountyStaff, apptest.Here), http.MethodGet, "/api/v1/stats/summary?"+span.Encode(), nil).Want(http.StatusOK).Into(&got)
	told := map[string]float64{}
	for _, f := range got.Figures {
		if f.Value != nil {
			told[f.Key] = *f.Value
		}
		if f.Earlier.Percent != nil {
			told[f.Key+" %"] = *f.Earlier.Percent
		}
	}
	for key, want := range map[string]float64{"transferred": articlePassed, "onReceipt": articleAtOnce, "studied": articleStudied, "handlingRate": 0.75, "handlingRate %": 25,
		"settlementRate": 0.936, "settlementRate %": 17} {
		if told[key] != want {
			t.Errorf("%s is %v, want %v", key, told[key], want)
		}
	}
}

// track is a way of a matter of the hotline's through the county, and how many went it.
type track struct {
	history
	passed, studied bool // to the police's desk; by the leader's call
}

var word = mediation.Rate{Satisfied: true, Stars: 5}

// tracksBefore are those of the year before.
func tracksBefore() []track {
	done := histories(apptest.Here)
	return []track{
		{history{"settled", 480, append(done[0].steps, office(word)...)}, false, false},
		{history{"not settled", 120, done[2].steps}, false, false},
		{history{"in hand", 400, done[6].steps}, false, false},
	}
}

// tracks add up to the article's figures.
func tracks() []track {
	done := histories(apptest.Here)
	settled := append(done[0].steps, office(word)...)
	atOnce := func(resolved bool) []step {
		return office(mediation.SettleAtOnce{Answer: "已清运"}, mediation.RecordFollowUp{Kept: true, Resolved: resolved}, word)
	}
	return []track{
		{history{"passed on and settled", articlePassed - articleStudied, settled}, true, false},
		{history{"passed on, studied and settled", articleStudied, settled}, true, true},
		{history{"settled on receipt", articleAtOnce - tracksUnsettled, atOnce(true)}, false, false},
		{history{"answered on receipt and not settled", tracksUnsettled, atOnce(false)}, false, false},
		{history{"in hand", tracksInHand, done[6].steps}, false, false},
	}
}

// along takes a matter along a way, from the hotline's order on.
func (p *pair) along(t *testing.T, way track) mediation.Case {
	t.Helper()
	number := uuid.NewString()
	p.put(t, number, order(apptest.Here, obj{"severity": 2, "category": "contract", "text": way.name, "parties": quarrelling})).Want(http.StatusCreated)
	id := p.look(t, number).Case.ID
	if way.passed {
		p.passOn(t, number, "m1", apptest.PoliceDesk).Want(http.StatusOK)
		p.police.put(t, "110-"+number, obj{"passedCaseId": id}).Want(http.StatusCreated)
	}
	if way.studied {
		app := p.line.a
		app.Do(t, app.As(t, mediation.Leader, apptest.Here), http.MethodPost, "/api/v1/cases/"+id+"/studies", obj{"reason": "complex", "text": "涉及三个部门"}, newKey()).Want(http.StatusCreated)
	}
	return lead(t, p.line.a, apptest.Here, id, way.name, way.steps)
}

// underLonggangsRules puts Longgang's rules in force, between the desks that the test has; studies are called by the leader alone, whose count is then
// plain to see.
func underLonggangsRules(t *testing.T, app *apptest.App) {
	t.Helper()
	src, err := fixtures.Policy("longgang")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("  breaches: [close, whole]\n  states: [unsettled]\n", "", `"33.03.83"`, `"33.01.11"`, `danger: "110"`, "danger: "+apptest.PoliceDesk, `{from: "12345", to: "110"}`, "{from: "+apptest.Here.Desk()+", to: "+apptest.PoliceDesk+"}", `{from: "110", to: "12345"}`, "{from: "+apptest.PoliceDesk+", to: "+apptest.Here.Desk()+"}").Replace(string(src))
	if _, err := app.Store.Policies().Import(t.Context(), mediation.AnyRevision, "longgang.yaml", []byte(text)); err != nil {
		t.Fatal(err)
	}
}

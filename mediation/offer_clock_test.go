package mediation

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// off is the rules with the days of a year off that are named, MM-DD, and others of its weekends worked.
func off(t *testing.T, r Rules, holidays, workdays []string) Rules {
	t.Helper()
	in := func(days []string) (list []string) {
		for _, d := range days {
			list = append(list, "2026-"+d)
		}
		return list
	}
	cal, err := clock.New(r.Policy.Clocks.Calendar, policy.Year{Number: 2026, Source: "通知", Holidays: in(holidays), Workdays: in(workdays)})
	if err != nil {
		t.Fatal(err)
	}
	r.Calendar = cal
	return r
}

// oneAsked is a case whose mediators have a working day to answer, from Tuesday 3 March 2026 at ten.
func oneAsked(t *testing.T, r Rules) *story {
	t.Helper()
	s := beginWith(t, r, nil)
	pool := []Mediator{sunDe()}
	pool[0].ID, pool[0].User, pool[0].Kind = "elder", elder.ID, "fulltime"
	lists := map[int][]Candidate{0: Match(s.c, 0, pool, Ground{Rules: s.r, Tier: s.r.Policy.Tiers[0], At: &matchSpot, Now: matchNow})}
	wave := Wave{Revision: s.c.Revision, Offers: NextWave(s.c, lists, s.r.Policy.Tiers[0], s.r.Calendar, matchNow, ids())}
	if err := Send(s.c, wave, matchNow, s.r); err != nil || len(s.c.Offers) != 1 {
		t.Fatalf("%v, %+v", err, s.c.Offers)
	}
	return s
}

func TestAnOfferIsReckonedAnewAndItsMediatorToldOnce(t *testing.T) {
	r := edited(t, "answer: 2h", "answer: 1wd")
	for _, x := range []struct {
		situation          string
		holidays, workdays []string
		change             func(*Offer)
		due                string // local time; "" where it stays
	}{
		{"a day off is put in", []string{"03-04"}, nil, nil, "2026-03-05 10:00"},
		{"a make-up day does not bear on it", nil, []string{"03-07"}, nil, ""},
		{"it was answered", []string{"03-04"}, nil, func(o *Offer) { o.State = OfferDeclined }, ""},
		{"it has run out, though no sweep came by", []string{"03-04"}, nil, func(o *Offer) { o.Deadline = matchNow.Add(time.Minute) }, ""},
	} {
		t.Run(x.situation, func(t *testing.T) {
			s := oneAsked(t, r)
			before := s.c.Offers[0].Deadline
			if x.change != nil {
				x.change(&s.c.Offers[0])
				before = s.c.Offers[0].Deadline
			}
			now, later := matchNow.Add(time.Hour), off(t, r, x.holidays, x.workdays)
			told := len(s.c.Unsent)
			if moved := Reckon(s.c, now, later); x.due == "" {
				if !s.c.Offers[0].Deadline.Equal(before) || slices.ContainsFunc(s.c.Unsent[told:], func(n Notice) bool { return n.Kind == NoticeOffer }) {
					t.Errorf("moved %v to %s", moved, s.c.Offers[0].Deadline)
				}
				return
			}
			o := &s.c.Offers[0]
			if got := o.Deadline.In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04"); got != x.due {
				t.Errorf("it is to be answered by %s, want %s", got, x.due)
			}
			if !slices.Contains(s.told(), "offer to "+elder.ID) {
				t.Errorf("told %q", s.told())
			}
			if s.c.NextDue.After(o.Deadline) || s.c.Summarise().BesideDue.Before(o.Deadline) {
				t.Errorf("the sweep looks at %s", s.c.NextDue)
			}
			why := later.Calendar.Account(s.c.OfferTerm(o, later), now)
			if why.Rule != "tiers.village.answer" || why.Limit.Within.String() != "1wd" || len(why.Why) < 3 || slices.ContainsFunc(why.Why, func(l clock.Line) bool { return l.Code == "clock.set" }) {
				t.Errorf("%+v", why)
			}
			if Reckon(s.c, now, later) {
				t.Error("it is reckoned again")
			}
		})
	}
}

// A year of which nothing is known counts by weekends alone, and an offer that ends in it says so.
func TestAnOfferSaysThatDaysOffAreNotKnown(t *testing.T) {
	r := edited(t, "answer: 2h", "answer: 1wd")
	cal, err := clock.New(policy.Calendar{Zone: "Asia/Shanghai", Opens: 9 * 60, Closes: 17 * 60})
	if err != nil {
		t.Fatal(err)
	}
	r.Calendar = cal
	s := oneAsked(t, r)
	if got := s.c.Offers[0].Deadline; !got.Equal(matchNow.Add(24 * time.Hour)) {
		t.Errorf("to be answered by %s", got)
	}
	if a := cal.Account(s.c.OfferTerm(&s.c.Offers[0], r), matchNow); !a.Provisional {
		t.Errorf("%+v", a)
	}
}

func TestAnOfferThatWasHandedOverRunsSinceTheFirstWasAsked(t *testing.T) {
	r := edited(t, "answer: 2h", "answer: 1wd")
	s := oneAsked(t, r)
	x := Succession{ID: "h1", Case: s.c.ID, From: "elder", To: "other", By: staff}
	Succeed(s.c, x, Mediator{ID: "other", User: other.ID, Kind: "fulltime"}, matchNow.Add(3*time.Hour), r)
	if o := s.c.Offers[len(s.c.Offers)-1]; o.Mediator != "other" || !s.c.OfferTerm(&o, r).Since.Equal(matchNow) || !o.Deadline.Equal(s.c.Offers[0].Deadline) {
		t.Fatalf("%+v", s.c.Offers)
	}
	if !Reckon(s.c, matchNow.Add(4*time.Hour), off(t, r, []string{"03-04"}, nil)) {
		t.Fatal("nothing moved")
	}
	if got := s.c.Offers[1].Deadline.Sub(matchNow); got != 48*time.Hour {
		t.Errorf("it ends %s after the first was asked", got)
	}
}

// TestAnotherVersionReachesOffersToo lets a policy for open cases shorten the time to answer, with the tiers in another order.
func TestAnotherVersionReachesOffersToo(t *testing.T) {
	s := oneAsked(t, edited(t, "answer: 2h", "answer: 1wd"))
	to := edited(t, "answer: 2h", "answer: 2wd")
	if _, err := Rejudge(s.c, matchNow.Add(time.Hour), s.r, to); err != nil {
		t.Fatal(err)
	}
	if o := &s.c.Offers[0]; !o.Deadline.Equal(matchNow.Add(48*time.Hour)) || !strings.HasPrefix(s.c.OfferTerm(o, to).Rule, "tiers.village") {
		t.Errorf("%+v", o)
	}
}

func TestAnErrandIsReckonedAnew(t *testing.T) {
	pol := *fuyang(t)
	pol.Proxies.Errand = policy.Limit{Within: policy.Span{WorkingDays: 1}, Remind: []policy.Span{{Clock: time.Hour}}}
	r := rulesFor(&pol)
	for _, x := range []struct {
		situation string
		change    func(*Errand)
		moves     bool
	}{
		{"it is under way", nil, true},
		{"whoever runs it was reminded: that stays", func(e *Errand) { e.Clock.Reminded = 1 }, true},
		{"it was late", func(e *Errand) { e.Clock.Breached = matchNow.Add(time.Hour) }, false},
		{"it has its result", func(e *Errand) { e.Done = matchNow.Add(time.Hour) }, false},
	} {
		t.Run(x.situation, func(t *testing.T) {
			s := filedFor(t)
			s.r = r
			s.do(walker, RunErrand{Party: "p1", What: "代交材料"})
			if x.change != nil {
				x.change(&s.c.Errands[0])
			}
			before := s.c.Errands[0]
			later := off(t, r, []string{"03-04"}, nil)
			Reckon(s.c, matchNow.Add(2*time.Hour), later)
			got := s.c.Errands[0]
			if moved := !got.Clock.Due.Equal(before.Clock.Due); moved != x.moves || got.Clock.Reminded != before.Clock.Reminded || !got.Clock.Breached.Equal(before.Clock.Breached) {
				t.Errorf("before %+v, after %+v", before.Clock, got.Clock)
			}
			if a := later.Calendar.Account(s.c.ErrandTerm(&got, later), matchNow); x.moves && (a.Rule != "proxies.within" || len(a.Why) < 3) {
				t.Errorf("%+v", a)
			}
		})
	}
}

// Whoever was reminded by the old rule is reminded again where the new one's moment is still to come.
func TestAnotherVersionReachesErrandsToo(t *testing.T) {
	within := func(days int) Rules {
		pol := *edited(t).Policy
		pol.ID = "v" + strconv.Itoa(days)
		pol.Proxies.Errand = policy.Limit{Within: policy.Span{WorkingDays: days}, Remind: []policy.Span{{Clock: time.Hour}}}
		return rulesFor(&pol)
	}
	s := filedFor(t)
	s.r = within(1)
	s.do(walker, RunErrand{Party: "p1", What: "代交材料"})
	s.c.Errands[0].Clock.Reminded = 1
	due := s.c.Errands[0].Clock.Due
	if _, err := Rejudge(s.c, s.at, s.r, within(2)); err != nil {
		t.Fatal(err)
	}
	if k := s.c.Errands[0].Clock; !k.Due.After(due) || k.Reminded != 0 {
		t.Errorf("%+v, due before %s", k, due)
	}
}

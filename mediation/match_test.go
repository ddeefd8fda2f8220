package mediation

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

const fuyangPolicy = "../fixtures/policies/fuyang.yaml"

func fuyang(t testing.TB) *policy.Policy {
	t.Helper()
	src, err := os.ReadFile(fuyangPolicy)
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Load(fuyangPolicy, src, PolicyVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var (
	matchNow  = time.Date(2026, 3, 3, 2, 0, 0, 0, time.UTC) // ten in the morning at Fuyang
	matchSpot = orb.Point{119.96, 30.05}
)

const matchCell grid.Code = "33.01.11.001.002.003.05"

// quarrel is a dispute between neighbours in a micro-grid, accepted and waiting for its panel.
func quarrel(t testing.TB, pol *policy.Policy, category string, severity int) *Case {
	t.Helper()
	panel, err := NewPanel(pol, category, severity)
	if err != nil {
		t.Fatal(err)
	}
	return &Case{ID: "c1", State: Screened, Cell: matchCell, Area: matchCell, Category: category, Severity: severity, Panel: panel,
		Reporter: "u-reporter", Reporters: []string{"u-reporter", "u-second"},
		Parties: []Party{{ID: "p1", Side: Applicant}, {ID: "p2", Side: Respondent}}}
}

// sunDe is an elder of the village whom both sides trust.
func sunDe() Mediator {
	return Mediator{ID: "m1", User: "u1", Name: "孙德", Kind: "elder", Tier: "village", Area: "33.01.11.001.002", Point: matchSpot,
		Categories: []string{"neighbour"}, Unit: "某村人民调解委员会", Available: true}
}

func codes(reasons []Reason) []string {
	var out []string
	for _, r := range reasons {
		out = append(out, r.Code)
	}
	return out
}

func TestWhoCannotBeOfferedASeat(t *testing.T) {
	for _, x := range []struct {
		situation string
		change    func(c *Case, m *Mediator)
		want      []string
	}{
		{"an elder both sides trust", func(*Case, *Mediator) {}, nil},
		{"an elder both sides trust, but kin of the respondent", func(c *Case, _ *Mediator) { c.Parties[1].Kin = []string{"m1"} }, []string{matchKin}},
		{"works where a party works", func(c *Case, m *Mediator) { c.Parties[0].Units, m.UnitHash = []string{"hash"}, "hash" }, []string{matchSameUnit}},
		{"nobody's unit is known", func(c *Case, m *Mediator) { c.Parties[0].Units, m.UnitHash = []string{""}, "" }, nil},
		{"a party asked for somebody else", func(c *Case, _ *Mediator) { c.Parties[0].RefusedMediators = []string{"m1"} }, []string{matchRefused}},
		{"reported it", func(_ *Case, m *Mediator) { m.User = "u-reporter" }, []string{matchReporter}},
		{"sent a later report of it", func(_ *Case, m *Mediator) { m.User = "u-second" }, []string{matchReporter}},
		{"has no account, as the reporter of an old case has none", func(c *Case, m *Mediator) { c.Reporter, c.Reporters, m.User = "", nil, "" }, []string{matchNoAccount}},
		{"a kind that the seat does not take", func(_ *Case, m *Mediator) { m.Kind = "notary" }, []string{matchKind}},
		{"switched off", func(_ *Case, m *Mediator) { m.Available = false }, []string{matchUnavailable}},
		{"on leave", func(_ *Case, m *Mediator) {
			m.Leaves = []Leave{{From: matchNow.Add(-time.Hour), To: matchNow.AddDate(0, 0, 9)}}
		}, []string{matchOnLeave}},
		{"goes on leave before an answer is due", func(_ *Case, m *Mediator) {
			m.Leaves = []Leave{{From: matchNow.Add(time.Hour), To: matchNow.AddDate(0, 0, 9)}}
		}, []string{matchOnLeave}},
		{"goes on leave next week", func(_ *Case, m *Mediator) {
			m.Leaves = []Leave{{From: matchNow.AddDate(0, 0, 7), To: matchNow.AddDate(0, 0, 9)}}
		}, nil},
		{"is back from leave", func(_ *Case, m *Mediator) { m.Leaves = []Leave{{From: matchNow.AddDate(0, 0, -7), To: matchNow}} }, nil},
		{"has the county's cap of cases", func(_ *Case, m *Mediator) { m.Seats = make([]HeldSeat, 5) }, []string{matchFull}},
		{"has fewer than a cap of their own", func(_ *Case, m *Mediator) { m.Cap, m.Seats = 6, make([]HeldSeat, 5) }, nil},
		{"has a smaller cap of their own", func(_ *Case, m *Mediator) { m.Cap, m.Seats = 1, make([]HeldSeat, 1) }, []string{matchFull}},
		{"lives six kilometres away", func(_ *Case, m *Mediator) { m.Point[1] += 0.054 }, []string{matchFar}},
		{"nobody knows where they live", func(_ *Case, m *Mediator) { m.Point = orb.Point{} }, nil},
		{"serves the next village", func(_ *Case, m *Mediator) { m.Area = "33.01.11.001.003" }, []string{matchOtherArea}},
		{"serves a village whose code only begins alike", func(_ *Case, m *Mediator) { m.Area = "33.01.11.001.0021" }, []string{matchOtherArea}},
		{"sits on the panel already", func(c *Case, _ *Mediator) { c.Panel.Seats[1].Mediator = "m1" }, []string{matchOnPanel}},
		{"is just being seated", func(_ *Case, m *Mediator) { m.Seats = []HeldSeat{{Case: "c1"}} }, []string{matchHoldsThisCase}},
		{"has been asked", func(c *Case, _ *Mediator) { c.Offers = []Offer{{Mediator: "m1", State: OfferOpen}} }, []string{matchStillOpen}},
		{"has declined", func(c *Case, _ *Mediator) { c.Offers = []Offer{{Mediator: "m1", State: OfferDeclined}} }, []string{matchDeclined}},
		{"never answered", func(c *Case, _ *Mediator) {
			c.Offers = []Offer{{Mediator: "m1", State: OfferExpired}, {Mediator: "m1", State: OfferExpired}}
		}, []string{matchExpired}},
		{"took it and left", func(c *Case, _ *Mediator) { c.Offers = []Offer{{Mediator: "m1", State: OfferAccepted}} }, []string{matchSteppedBack}},
		{"somebody else was quicker, who has left", func(c *Case, _ *Mediator) { c.Offers = []Offer{{Mediator: "m1", State: OfferFilled}} }, nil},
		{"the offer was taken back", func(c *Case, _ *Mediator) { c.Offers = []Offer{{Mediator: "m1", State: OfferWithdrawn}} }, nil},
		{"several things at once", func(c *Case, m *Mediator) { m.Available, c.Parties[0].Kin = false, []string{"m1"} }, []string{matchKin, matchUnavailable}},
		{"the case lies in the township only", func(c *Case, _ *Mediator) { c.Cell, c.Area = "", "33.01.11.001" }, nil},
		{"the case lies in another township", func(c *Case, _ *Mediator) { c.Cell, c.Area = "", "33.01.11.002" }, []string{matchOtherArea}},
	} {
		t.Run(x.situation, func(t *testing.T) {
			pol := fuyang(t)
			c, m := quarrel(t, pol, "neighbour", 1), sunDe()
			x.change(c, &m)
			got := Match(c, 0, []Mediator{m}, Ground{Rules: rulesFor(pol), Tier: pol.Tiers[0], At: &matchSpot, Now: matchNow})[0]
			if !slices.Equal(codes(got.Excluded), x.want) {
				t.Errorf("excluded for %v, want %v", codes(got.Excluded), x.want)
			}
			if (len(x.want) == 0) != (got.Score > 0) || got.Score > 1 {
				t.Errorf("score %v", got.Score)
			}
		})
	}
}

func TestAMediatorWhoIsAPartyIsNotAsked(t *testing.T) {
	pol := fuyang(t)
	party := Mediator{ID: "m9"}
	for _, x := range []struct {
		situation string
		m         Mediator
		party     Mediator
		want      []string
	}{
		{"a party themselves", sunDe(), sunDe(), []string{matchParty}},
		{"says that a party is kin", func() Mediator { m := sunDe(); m.Kin = []string{"m9"}; return m }(), party, []string{matchKin}},
		{"a party says that they are kin", sunDe(), Mediator{ID: "m9", Kin: []string{"m1"}}, []string{matchKin}},
		{"another mediator is a party", sunDe(), party, nil},
	} {
		t.Run(x.situation, func(t *testing.T) {
			g := Ground{Rules: rulesFor(pol), Tier: pol.Tiers[0], At: &matchSpot, Now: matchNow, Parties: []Mediator{x.party}}
			if got := Match(quarrel(t, pol, "neighbour", 1), 0, []Mediator{x.m}, g)[0]; !slices.Equal(codes(got.Excluded), x.want) {
				t.Errorf("excluded for %v, want %v", codes(got.Excluded), x.want)
			}
		})
	}
	for _, code := range []string{matchParty, matchKin} {
		if Overrulable(Reason{Code: code}) {
			t.Errorf("%s can be overruled", code)
		}
	}
}

func TestWhyACandidateIsGood(t *testing.T) {
	pol := fuyang(t)
	c, m := quarrel(t, pol, "neighbour", 1), sunDe()
	m.Point[1] += 0.009 // a kilometre
	m.Seats = make([]HeldSeat, 2)
	m.Declines = 1
	got := Match(c, 0, []Mediator{m}, Ground{Rules: rulesFor(pol), Tier: pol.Tiers[0], At: &matchSpot, Now: matchNow})[0]
	var text []string
	for _, r := range got.Reasons {
		text = append(text, r.Text("zh"))
	}
	want := "距离约998米；擅长此类纠纷（neighbour）；尚可承办3件（上限5件）；同属片区33.01.11.001.002；当事人方言未登记，不计分差；此前连续婉拒1次"
	if s := strings.Join(text, "；"); s != want {
		t.Errorf("%s\nwant\n%s", s, want)
	}
	// distance 3×(1−998/5000) + category 3×1 + load 2×3/5 + same area 2×1/3 + record 1×1/2, of 11
	if sum := (3*(1-got.Metres/5000) + 3 + 1.2 + 2.0/3 + 0.5) / 11; got.Score < sum-1e-12 || got.Score > sum+1e-12 {
		t.Errorf("score %v, want %v", got.Score, sum)
	}
}

func TestWhoComesFirst(t *testing.T) {
	pol := fuyang(t)
	tier := pol.Tiers[0]
	for _, x := range []struct {
		situation     string
		better, worse func(m *Mediator)
	}{
		{"nearer", func(*Mediator) {}, func(m *Mediator) { m.Point[0] += 0.01 }},
		{"freer", func(*Mediator) {}, func(m *Mediator) { m.Seats = make([]HeldSeat, 3) }},
		{"experienced before willing", func(*Mediator) {}, func(m *Mediator) { m.Categories = nil }},
		{"willing before experienced in something else", func(m *Mediator) { m.Categories = nil }, func(m *Mediator) { m.Categories = []string{"medical"} }},
		{"of the same grid", func(m *Mediator) { m.Area = "33.01.11.001.002.003" }, func(*Mediator) {}},
		{"declined less", func(m *Mediator) { m.Declines = 1 }, func(m *Mediator) { m.Declines = 2 }},
		{"rests after three refusals, however near", func(m *Mediator) { m.Point[0] += 0.02 }, func(m *Mediator) { m.Declines = 3 }},
		{"known to be near before unknown", func(*Mediator) {}, func(m *Mediator) { m.Point = orb.Point{} }},
		{"all equal: by id", func(*Mediator) {}, func(*Mediator) {}},
	} {
		t.Run(x.situation, func(t *testing.T) {
			a, b := sunDe(), sunDe()
			b.ID, b.User = "m2", "u2"
			x.better(&a)
			x.worse(&b)
			got := Match(quarrel(t, pol, "neighbour", 1), 0, []Mediator{b, a}, Ground{Rules: rulesFor(pol), Tier: tier, At: &matchSpot, Now: matchNow})
			if got[0].Mediator.ID != "m1" {
				t.Errorf("first is %s with %v, then %v", got[0].Mediator.ID, got[0].Score, got[1].Score)
			}
		})
	}
}

func TestPanelsByPolicy(t *testing.T) {
	pol := fuyang(t)
	p, err := NewPanel(pol, "neighbour", 4)
	if err != nil || len(p.Seats) != 3 || len(p.Free()) != 3 || p.Lead() == nil || p.Lead().Kinds[0] != "fulltime" {
		t.Errorf("a grave quarrel: %+v, %v", p, err)
	}
	pol.Matching.Panels = pol.Matching.Panels[:1]
	if _, err := NewPanel(pol, "neighbour", 1); err == nil {
		t.Error("no composition fits, but no error")
	}
	pol.Matching.Panels[0].Seats[1].Number = 2
	if p, _ := NewPanel(pol, "neighbour", 4); len(p.Seats) != 4 {
		t.Errorf("a double seat makes %d seats", len(p.Seats))
	}
}

// drawPool is a pool of all sorts.
func drawPool(t *rapid.T, n int) []Mediator {
	kinds := []string{"elder", "fulltime", "lawyer", "police", "notary", "department"}
	pool := make([]Mediator, n)
	for i := range pool {
		m := &pool[i]
		m.ID, m.User = fmt.Sprintf("m%03d", i), fmt.Sprintf("u%03d", i)
		m.Kind = rapid.SampledFrom(kinds).Draw(t, "kind")
		m.Area = rapid.SampledFrom([]grid.Code{"33.01.11", "33.01.11.001", "33.01.11.001.002", "33.01.11.001.002.003", matchCell, "33.01.11.002"}).Draw(t, "area")
		if rapid.IntRange(0, 9).Draw(t, "known") > 0 {
			m.Point = orb.Point{matchSpot[0] + rapid.Float64Range(-0.1, 0.1).Draw(t, "east"), matchSpot[1] + rapid.Float64Range(-0.1, 0.1).Draw(t, "north")}
		}
		m.Categories = rapid.SampledFrom([][]string{nil, {"neighbour"}, {"medical"}}).Draw(t, "skill")
		m.Seats = make([]HeldSeat, rapid.IntRange(0, 6).Draw(t, "seats"))
		m.Declines = rapid.IntRange(0, 4).Draw(t, "declines")
		m.Available = rapid.IntRange(0, 5).Draw(t, "available") > 0
	}
	return pool
}

func TestNobodyExcludedIsOffered(t *testing.T) {
	pol := fuyang(t)
	rapid.Check(t, func(t *rapid.T) {
		pool := drawPool(t, rapid.IntRange(0, 30).Draw(t, "pool"))
		panel, _ := NewPanel(pol, "neighbour", rapid.IntRange(1, 4).Draw(t, "severity"))
		c := &Case{ID: "c1", Cell: matchCell, Category: "neighbour", Panel: panel, Parties: []Party{{Kin: []string{"m003"}, RefusedMediators: []string{"m005"}}}}
		if len(pool) > 7 {
			c.Offers = []Offer{{Mediator: "m006", State: OfferDeclined}, {Mediator: "m007", State: OfferOpen}}
		}
		tier := rapid.SampledFrom(pol.Tiers).Draw(t, "tier")
		lists := map[int][]Candidate{}
		barred := map[string]bool{}
		for seat := range panel.Seats {
			lists[seat] = Match(c, seat, pool, Ground{Rules: rulesFor(pol), Tier: tier, At: &matchSpot, Now: matchNow})
			if len(lists[seat]) != len(pool) {
				t.Fatalf("%d of %d judged", len(lists[seat]), len(pool))
			}
			for i, x := range lists[seat] {
				if len(x.Excluded) > 0 {
					barred[fmt.Sprint(seat, x.Mediator.ID)] = true
				} else if x.Score < 0 || x.Score > 1 || i > 0 && (len(lists[seat][i-1].Excluded) > 0 || lists[seat][i-1].Score < x.Score) {
					t.Fatalf("seat %d: %s with %v stands at %d", seat, x.Mediator.ID, x.Score, i)
				}
			}
		}
		per, who := map[int]int{}, map[string]bool{"m007": len(pool) > 7}
		for _, o := range NextWave(c, lists, tier, clock.Of(pol), matchNow, ids()) {
			per[o.Seat]++
			if barred[fmt.Sprint(o.Seat, o.Mediator)] || who[o.Mediator] || per[o.Seat] > tier.WaveSize {
				t.Fatalf("%s was asked for seat %d", o.Mediator, o.Seat)
			}
			who[o.Mediator] = true
		}
		for seat := range panel.Seats { // a seat short of offers has nobody left to ask
			for _, x := range lists[seat] {
				if per[seat] < tier.WaveSize && len(c.Offers) == 0 && len(x.Excluded) == 0 && !who[x.Mediator.ID] {
					t.Fatalf("seat %d has %d offers although %s could be asked", seat, per[seat], x.Mediator.ID)
				}
			}
		}
	})
}

func TestNearerNeverScoresLower(t *testing.T) {
	pol := fuyang(t)
	rapid.Check(t, func(t *rapid.T) {
		m := drawPool(t, 1)[0]
		m.Kind, m.Available, m.Seats, m.Point = "elder", true, nil, matchSpot
		panel, _ := NewPanel(pol, "neighbour", 1)
		c := &Case{Cell: matchCell, Category: "neighbour", Panel: panel}
		tier := rapid.SampledFrom(pol.Tiers).Draw(t, "tier")
		far, near := m, m
		far.Point[0] += rapid.Float64Range(0, 0.3).Draw(t, "far")
		near.Point[0] += (far.Point[0] - m.Point[0]) * rapid.Float64Range(0, 1).Draw(t, "share")
		a := Match(c, 0, []Mediator{near}, Ground{Rules: rulesFor(pol), Tier: tier, At: &matchSpot, Now: matchNow})[0]
		b := Match(c, 0, []Mediator{far}, Ground{Rules: rulesFor(pol), Tier: tier, At: &matchSpot, Now: matchNow})[0]
		if a.Score < b.Score || len(a.Excluded) > len(b.Excluded) {
			t.Fatalf("at %.0f m %v %v, at %.0f m %v %v", a.Metres, a.Score, a.Excluded, b.Metres, b.Score, b.Excluded)
		}
	})
}

func TestTheOrderOfThePoolDoesNotMatter(t *testing.T) {
	pol := fuyang(t)
	rapid.Check(t, func(t *rapid.T) {
		pool := drawPool(t, 20)
		panel, _ := NewPanel(pol, "neighbour", 1)
		c := &Case{Cell: matchCell, Category: "neighbour", Panel: panel}
		want := Match(c, 0, pool, Ground{Rules: rulesFor(pol), Tier: pol.Tiers[2], At: &matchSpot, Now: matchNow})
		got := Match(c, 0, rapid.Permutation(pool).Draw(t, "shuffled"), Ground{Rules: rulesFor(pol), Tier: pol.Tiers[2], At: &matchSpot, Now: matchNow})
		for i := range want {
			if want[i].Mediator.ID != got[i].Mediator.ID || want[i].Score != got[i].Score {
				t.Fatalf("at %d: %s, shuffled %s", i, want[i].Mediator.ID, got[i].Mediator.ID)
			}
		}
	})
}

func TestEveryReasonHasItsWords(t *testing.T) {
	all := []string{matchNear, matchNoDistance, matchSkill, matchGeneralist, matchOtherSkill, matchLoad, matchSameArea, matchDialect, matchRecord,
		matchResting, matchKind, matchNoAccount, matchUnavailable, matchOnLeave, matchFull, matchFar, matchOtherArea, matchKin, matchParty, matchSameUnit, matchRefused,
		matchReporter, matchOnPanel, matchSteppedBack, matchDeclined, matchExpired, matchStillOpen, matchHoldsThisCase,
		ReasonLocked, ReasonNoRecord, ReasonPost, ReasonArea}
	if len(all) != len(reasonTable) {
		t.Errorf("%d codes, %d in the table", len(all), len(reasonTable))
	}
	for _, code := range all {
		if i := reasonTable[code]; i.Zh == "" || i.En == "" {
			t.Errorf("%s has no words", code)
		}
	}
	// All parameters that occur fill all places of the words.
	pol := fuyang(t)
	rapid.Check(t, func(t *rapid.T) {
		panel, _ := NewPanel(pol, "neighbour", 1)
		c := &Case{Cell: matchCell, Category: "neighbour", Panel: panel, Parties: []Party{{Kin: []string{"m000"}, Units: []string{"x"}}}}
		pool := drawPool(t, 2)
		pool[0].Unit, pool[0].UnitHash = "x", "x"
		pool[0].Leaves = []Leave{{To: matchNow.Add(time.Hour)}}
		for _, x := range Match(c, 0, pool, Ground{Rules: rulesFor(pol), Tier: pol.Tiers[0], At: &matchSpot, Now: matchNow}) {
			for _, r := range append(x.Reasons, x.Excluded...) {
				if text := r.Text("zh-CN") + r.Text("en"); strings.ContainsAny(text, "{}") || text == r.Code+r.Code {
					t.Fatalf("%v: %s", r, text)
				}
			}
		}
	})
	for _, code := range []string{matchKin, matchSameUnit, matchRefused, matchReporter, matchKind} {
		if Overrulable(Reason{Code: code}) {
			t.Errorf("%s can be overruled", code)
		}
	}
	if !Overrulable(Reason{Code: matchFull}) || !Overrulable(Reason{Code: matchFar}) || Overrulable(Reason{Code: "match.unheard_of"}) {
		t.Error("cap and radius can be overruled, the unknown cannot")
	}
}

func TestThePolicyVocabularyFollowsTheStateTable(t *testing.T) {
	v := PolicyVocabulary()
	if !slices.Contains(v.States, "suspended") || !slices.Contains(v.MustHaveClock, "suspended") || slices.Contains(v.States, "settled") ||
		!slices.Contains(v.MustHaveClock, "transferred") || v.ReturnVisit != "closed" || len(v.Kinds) != 10 {
		t.Errorf("%+v", v)
	}
}

func BenchmarkMatch400(b *testing.B) {
	pol := fuyang(b)
	c := quarrel(b, pol, "neighbour", 1)
	r := rand.New(rand.NewPCG(1, 2))
	pool := make([]Mediator, 400)
	for i := range pool {
		m := sunDe()
		m.ID, m.User = "m"+strconv.Itoa(i), "u"+strconv.Itoa(i)
		m.Point = orb.Point{matchSpot[0] + r.Float64()/20, matchSpot[1] + r.Float64()/20}
		m.Seats = make([]HeldSeat, r.IntN(5))
		pool[i] = m
	}
	b.ReportAllocs()
	for b.Loop() {
		Match(c, 0, pool, Ground{Rules: rulesFor(pol), Tier: pol.Tiers[0], At: &matchSpot, Now: matchNow})
	}
}

package village

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
	"fengqiao/mediation/scorecard"

	"pgregory.net/rapid"
)

// everyDay is a calendar on which people work every day.
type everyDay struct{}

func (everyDay) After(t time.Time, s policy.Span) time.Time {
	return t.AddDate(0, 0, s.Days+s.WorkingDays).Add(s.Clock)
}

func (everyDay) Before(t time.Time, s policy.Span) time.Time {
	return t.AddDate(0, 0, -s.Days-s.WorkingDays).Add(-s.Clock)
}

func longyou(t testing.TB) *scorecard.Card {
	t.Helper()
	src, err := fixtures.Scorecard("longyou")
	if err != nil {
		t.Fatal(err)
	}
	card, err := scorecard.Load("longyou.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	return card
}

var (
	march = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	april = march.AddDate(0, 1, 0)
	home  = grid.Code("33.01.11.001.001")
	staff = mediation.Actor{ID: "staff", Role: mediation.TownshipStaff, Area: "33.01.11.001"}
	clerk = mediation.Actor{ID: "clerk", Role: mediation.CountyStaff, Area: "33.01.11"}
)

// petition is a case that the petition office passed down.
func petition(id string) Row {
	return Row{Case: mediation.Summary{ID: id, State: mediation.Mediating, Area: home + ".001", Channel: "petition", Opened: march.AddDate(0, 0, 3)}}
}

// frozen is a village whose result was frozen with some petitions.
func frozen(t testing.TB, n int) *turn {
	r := &Result{ID: "r", Key: "longyou", Period: "2026-03", Village: home, From: march, Until: april, Ground: "33.01.11"}
	counted := map[string]bool{}
	for i := range n {
		r.Rows = append(r.Rows, petition(fmt.Sprint("c", i)))
		counted[fmt.Sprint("c", i)] = true
	}
	u := &turn{Result: r, at: april, by: mediation.SystemActor, card: longyou(t), calendar: everyDay{}}
	u.freeze(r.reckon(u.card, counted), nil)
	return u
}

func points(counts bool, ids ...string) []Point {
	var all []Point
	for _, id := range ids {
		all = append(all, Point{Change: Change{Case: id, Counts: counts}})
	}
	return all
}

func TestAnObjectionIsBoundToItsTimeAndToWhatCounts(t *testing.T) {
	for name, x := range map[string]struct {
		change func(*turn)
		points []Point
		rows   []Row
		code   string
	}{
		"in time":                          {func(*turn) {}, points(false, "c0"), nil, ""},
		"a case that is to count":          {func(*turn) {}, points(true, "new"), []Row{petition("new")}, ""},
		"too late":                         {func(u *turn) { u.at = u.Contest }, points(false, "c0"), nil, "village.too_late"},
		"where the card gives no time":     {func(u *turn) { u.Contest = time.Time{} }, points(false, "c0"), nil, "village.no_objection"},
		"that a case counts which does":    {func(*turn) {}, points(true, "c0"), nil, "village.counted"},
		"that a case does not which never": {func(*turn) {}, points(false, "new"), nil, "village.not_counted"},
		"a case of another period":         {func(*turn) {}, points(true, "new"), nil, "village.other_period"},
		"the same case twice":              {func(*turn) {}, points(false, "c0", "c0"), nil, "village.twice"},
		"while another is open":            {func(u *turn) { _ = u.object("first", points(false, "c1"), nil) }, points(false, "c0"), nil, "village.open"},
		"cases that were not kept":         {func(u *turn) { u.Left = MaxRows + 1 }, points(false, "c0"), nil, "village.too_large"},
	} {
		u := frozen(t, 2)
		u.by = staff
		x.change(u)
		if got := codeOf(u.object("o", x.points, x.rows)); got != x.code {
			t.Errorf("%s: %q, want %q", name, got, x.code)
		}
	}
}

func codeOf(err error) string {
	if no, ok := err.(*mediation.Error); ok {
		return no.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// TestWhateverIsDoneVersionsOnlyGrowAndFollowFromTheCases gives random commands to a result, refused ones among them.
func TestWhateverIsDoneVersionsOnlyGrowAndFollowFromTheCases(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		u := frozen(t, rapid.IntRange(0, 4).Draw(rt, "cases"))
		told := map[string]bool{}
		for step := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			before := *u.Result
			before.Versions, before.Objections = slices.Clone(u.Versions), slices.Clone(u.Objections)
			counted := u.Counted(len(u.Versions))
			u.at, u.notices = u.at.Add(time.Duration(rapid.IntRange(0, 96).Draw(rt, "hours"))*time.Hour), nil
			one := fmt.Sprint("c", rapid.IntRange(0, 5).Draw(rt, "case"))
			counts := rapid.Bool().Draw(rt, "counts")
			var err error
			switch rapid.IntRange(0, 3).Draw(rt, "command") {
			case 0:
				u.by = staff
				err = u.object(fmt.Sprint("o", step), points(counts, one), []Row{petition(one)})
			case 1:
				u.by = rapid.SampledFrom([]mediation.Actor{clerk, staff}).Draw(rt, "who")
				if o := u.Open(); o != nil {
					upheld := rapid.Bool().Draw(rt, "upheld")
					err = u.decide(o.ID, map[string]verdict{o.Points[0].Case: {upheld: upheld}}, []Row{petition(o.Points[0].Case)})
				}
			case 2:
				u.by = clerk
				err = u.correct(fmt.Sprint("k", step), []Change{{Case: one, Counts: counts}}, []Row{petition(one)}, nil)
			default:
				u.tick()
			}
			u.schedule()
			if err != nil {
				*u.Result = before // a refused command is not stored
				continue
			}
			for _, n := range u.notices {
				if told[n.ID] {
					rt.Fatalf("told twice: %s", n.ID)
				}
				told[n.ID] = true
			}
			follows(rt, u, &before, counted)
		}
	})
}

// follows holds what a command has made of a result to what was there before.
func follows(rt *rapid.T, u *turn, before *Result, counted map[string]bool) {
	if !reflect.DeepEqual(u.Versions[:len(before.Versions)], before.Versions) {
		rt.Fatalf("an earlier version has changed:\n%+v\n%+v", before.Versions, u.Versions)
	}
	open, n := 0, 0
	for _, o := range u.Objections {
		if o.Decided.IsZero() {
			open++
		}
	}
	for i, o := range before.Objections {
		if !o.Decided.IsZero() && !reflect.DeepEqual(o, u.Objections[i]) {
			rt.Fatalf("a decided objection has changed: %+v", u.Objections[i])
		}
	}
	for _, v := range u.Versions[len(before.Versions):] {
		for _, c := range v.Changes {
			counted[c.Case] = c.Counts
		}
	}
	for _, counts := range counted {
		if counts {
			n++
		}
	}
	if !reflect.DeepEqual(u.Counted(len(u.Versions)), counted) || *u.Newest().Found[0].Value != float64(n) || u.Newest().Passed != (n == 0) {
		rt.Fatalf("%d cases count, the result is %+v", n, u.Newest())
	}
	if open > 1 || (u.NextDue.IsZero() != (open == 0)) && u.Objections[len(u.Objections)-1].Clock.Breached.IsZero() {
		rt.Fatalf("%d are open, due %s: %+v", open, u.NextDue, u.Objections)
	}
}

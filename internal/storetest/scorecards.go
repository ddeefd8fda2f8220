package storetest

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/grid"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/figures"
	"fengqiao/mediation/scorecard"
)

// officeHolders are the people whom the histories of the kit know.
type officeHolders struct{}

// Officials implements scorecard.People.
func (officeHolders) Officials(_ context.Context, area grid.Code) ([]scorecard.Person, error) {
	var all []scorecard.Person
	for _, a := range []mediation.Actor{County, Town} {
		if area.Contains(a.Area) {
			all = append(all, scorecard.Person{ID: a.ID, Name: "姓名" + a.ID, Role: a.Role, Area: a.Area})
		}
	}
	return all, nil
}

// Official implements scorecard.People.
func (o officeHolders) Official(ctx context.Context, id string) (scorecard.Person, error) {
	all, _ := o.Officials(ctx, "")
	if i := slices.IndexFunc(all, func(p scorecard.Person) bool { return p.ID == id }); i >= 0 {
		return all[i], nil
	}
	return scorecard.Person{}, mediation.ErrNotFound
}

// Scorecards plays random histories and compares what a card makes of them with a recount by plain code, then freezes a month and goes on:
// what was frozen stays as it is, whoever freezes it again. s must be opened and empty.
func Scorecards(t *testing.T, s *store.Store) {
	ctx := context.Background()
	k := newFiguresKit(t, s, 2)
	src, err := fixtures.Scorecard("anji")
	if err != nil {
		t.Fatal(err)
	}
	cards := s.Scorecards()
	service := scorecard.NewService(scorecard.Deps{Cards: cards, Snapshots: s.ScorecardSnapshots(), Months: s.ScorecardMonths(), People: officeHolders{}, Policies: k.Policies, Atlas: k.Atlas, Figures: k.kept, Slips: s.Slips(), Now: k.Clock})
	if _, err := service.Import(ctx, 0, "anji.yaml", src); err != nil {
		t.Fatal(err)
	}
	cardRegister(t, service, src)
	supervisor := mediation.Actor{ID: "supervisor", Role: mediation.Supervisor, Area: "33.01.11"}
	valued := map[string]bool{}
	for round := range 3 {
		k.round(t)
		for _, actor := range []mediation.Actor{County, supervisor, {ID: "leader", Role: mediation.Leader, Area: "33.01.11.001"}} {
			for _, by := range scorecard.Subjects {
				for _, period := range []string{"2026-02", "2026-03", "2026-Q1", "2026"} {
					k.measured(t, service, actor, by, period, valued, round)
				}
			}
		}
		k.Pass(time.Duration(10+k.rng.IntN(10)) * 24 * time.Hour)
		k.Sweep(t)
	}
	for _, name := range []string{"settled_of_received", "ever_late", "unasked", "agreed", "satisfaction", "repeat_rate"} {
		if !valued[name] {
			t.Errorf("%s never had a value above zero", name)
		}
	}
	k.frozen(t, service)
}

// cardRegister: the same again changes nothing, another version takes its place, an older one is still there, and nobody replaces unseen.
func cardRegister(t *testing.T, service *scorecard.Service, src []byte) {
	t.Helper()
	ctx := context.Background()
	first, revision, err := service.Card(ctx, "anji")
	if err != nil || revision != 1 {
		t.Fatalf("revision %d, %v", revision, err)
	}
	if _, err := service.Import(ctx, 0, "anji.yaml", src); err != nil {
		t.Errorf("the same again: %v", err)
	}
	other := append(slices.Clone(src), "# another version\n"...)
	if _, err := service.Import(ctx, 0, "anji.yaml", other); !errors.Is(err, mediation.ErrStale) {
		t.Errorf("in place of what was not seen: %v", err)
	}
	if _, err := service.Import(ctx, revision, "anji.yaml", other); err != nil {
		t.Fatal(err)
	}
	second, _, err := service.Card(ctx, "anji")
	if err != nil || second.ID == first.ID {
		t.Errorf("%s after %s, %v", second.ID, first.ID, err)
	}
	if old, err := service.Cards.Version(ctx, first.ID); err != nil || !reflect.DeepEqual(old.Source, src) {
		t.Errorf("the first version: %v", err)
	}
	if _, _, err := service.Card(ctx, "none"); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("a card that is not there: %v", err)
	}
}

// plain are some indicators of Anji's card as a person would reckon them.
var plain = map[string]func(t *figures.Tally, cases []counted) (above, below float64){
	"settled_of_received": func(t *figures.Tally, cases []counted) (float64, float64) {
		return having(cases, func(c *counted) bool { return c.State == mediation.Settled }), float64(len(cases))
	},
	"ever_late": func(_ *figures.Tally, cases []counted) (float64, float64) {
		return having(cases, func(c *counted) bool {
			return slices.ContainsFunc(c.timeline, func(e mediation.Event) bool { return e.Kind == "breached" })
		}) + turnedAway(cases), float64(len(cases))
	},
	"with_units": func(_ *figures.Tally, cases []counted) (float64, float64) {
		return having(cases, func(c *counted) bool { return c.State == mediation.Transferred }), float64(len(cases))
	},
	"unasked": func(_ *figures.Tally, cases []counted) (float64, float64) {
		return having(cases, func(c *counted) bool {
			return slices.Contains([]mediation.State{mediation.Screened, mediation.Offered, mediation.NotAccepted, mediation.Withdrawn}, c.State)
		}), float64(len(cases))
	},
	"repeat_rate": func(_ *figures.Tally, cases []counted) (float64, float64) {
		return having(cases, func(c *counted) bool { return c.Repeats > 0 }) + turnedAway(cases), float64(len(cases))
	},
	"agreed": func(_ *figures.Tally, cases []counted) (float64, float64) {
		return having(cases, func(c *counted) bool {
			return slices.Contains([]mediation.State{mediation.Agreed, mediation.Effective, mediation.Closed, mediation.Settled}, c.State)
		}), float64(len(cases))
	},
	"satisfaction": func(_ *figures.Tally, cases []counted) (float64, float64) {
		satisfied := having(cases, func(c *counted) bool { yes, _ := c.said(); return yes > 0 })
		rated := having(cases, func(c *counted) bool { yes, no := c.said(); return yes+no > 0 })
		return satisfied, rated + turnedAway(cases)
	},
}

func turnedAway(cases []counted) float64 {
	return having(cases, func(c *counted) bool { return c.State == mediation.NotAccepted })
}

func having(cases []counted, is func(*counted) bool) float64 {
	n := 0.0
	for i := range cases {
		if is(&cases[i]) {
			n++
		}
	}
	return n
}

// measured compares a result line by line with the recount.
func (k *figuresKit) measured(t *testing.T, service *scorecard.Service, actor mediation.Actor, by scorecard.By, period string, valued map[string]bool, round int) {
	t.Helper()
	a, err := service.Measure(context.Background(), actor, scorecard.Ask{Key: "anji", By: by, Period: period, Trend: 1})
	if err != nil {
		t.Fatalf("%s by %s of %s: %v", actor.Role, by, period, err)
	}
	groups := map[string][]counted{}
	for _, c := range k.histories(t) {
		if c.Opened.Before(a.Period.From) || !c.Opened.Before(a.Period.Until) || joinedAway(&c) || !mediation.MayCase(actor, mediation.ScorecardRead, &c.Case) {
			continue
		}
		groups[""] = append(groups[""], c)
		for _, subject := range subjects(&c, actor, by) {
			groups[subject] = append(groups[subject], c)
		}
	}
	lines := append(slices.Clone(a.Now.Lines), a.Now.Whole)
	seen := map[string]bool{}
	for i := range lines {
		k.line(t, a.Card, &lines[i], groups[lines[i].Subject], valued, round)
		seen[lines[i].Subject] = true
	}
	for subject := range groups {
		if !seen[subject] {
			t.Fatalf("round %d, %s by %s of %s: %q is left out", round, actor.Role, by, period, subject)
		}
	}
	if before, err := service.Measure(context.Background(), actor, scorecard.Ask{Key: "anji", By: by, Period: a.Period.Before().Name}); err != nil || !reflect.DeepEqual(before.Now, a.Earlier[0]) {
		t.Fatalf("the period before %s beside it is not as by itself: %v", period, err)
	}
}

// subjects are those for whom a case counts.
func subjects(c *counted, actor mediation.Actor, by scorecard.By) []string {
	switch by {
	case scorecard.ByArea:
		if c.Area != actor.Area {
			return []string{string(c.Area.Prefix(actor.Area.Depth() + 1))}
		}
	case scorecard.ByUnit:
		if c.Unit != "" {
			return []string{c.Unit}
		}
	case scorecard.ByOfficial:
		return slices.DeleteFunc(officials(c), func(id string) bool {
			here, _ := officeHolders{}.Officials(context.Background(), actor.Area)
			return !slices.ContainsFunc(here, func(p scorecard.Person) bool { return p.ID == id })
		})
	}
	return nil
}

// line reckons a line's points anew from the values, and some values from the cases.
func (k *figuresKit) line(t *testing.T, card *scorecard.Card, l *scorecard.Line, cases []counted, valued map[string]bool, round int) {
	t.Helper()
	tally := tallied(cases, k.Clock())
	all, weights := 0.0, 0.0
	n := 0
	for d, dimension := range card.Dimensions {
		sum, weight := 0.0, 0.0
		for _, x := range dimension.Indicators {
			mark := l.Marks[n]
			n++
			if of, ok := plain[x.Key]; ok {
				above, below := of(&tally, cases)
				if (mark.Value == nil) != (below == 0) || mark.Value != nil && math.Abs(*mark.Value-above/below) > 5e-5 {
					t.Fatalf("round %d, %q: %s is %v, counted %v of %v", round, l.Subject, x.Key, mark.Value, above, below)
				}
				valued[x.Key] = valued[x.Key] || above > 0
			}
			if mark.Points != nil {
				sum, weight = sum+*mark.Points*x.Weight, weight+x.Weight
			}
		}
		if (l.Parts[d] == nil) != (weight == 0) || l.Parts[d] != nil && math.Abs(*l.Parts[d]-sum/weight) > 0.0051 {
			t.Fatalf("round %d, %q: %s has %v points, not %v", round, l.Subject, dimension.Key, l.Parts[d], sum/weight)
		}
		if l.Parts[d] != nil {
			all, weights = all+*l.Parts[d]*dimension.Weight, weights+dimension.Weight
		}
	}
	if (l.Points == nil) != (weights == 0) || l.Points != nil && math.Abs(*l.Points-all/weights) > 0.0051 {
		t.Fatalf("round %d, %q: %v points, not %v", round, l.Subject, l.Points, all/weights)
	}
}

// frozen freezes February by many at once, and goes on with the histories.
func (k *figuresKit) frozen(t *testing.T, service *scorecard.Service) {
	t.Helper()
	ctx := context.Background()
	month := scorecard.MonthOf(OfficeStart, time.UTC).Name
	if _, _, err := service.Freeze(ctx, County, "anji", scorecard.MonthOf(k.Clock(), time.UTC).Name); !refusedAs(err, "scorecard.not_over") {
		t.Errorf("the month that runs: %v", err)
	}
	if _, _, err := service.Freeze(ctx, County, "anji", "2026"); !refusedAs(err, "scorecard.bad_month") {
		t.Errorf("a year: %v", err)
	}
	var wait sync.WaitGroup
	kept, fresh := make([]scorecard.Snapshot, 8), make([]bool, 8)
	for i := range kept {
		wait.Go(func() {
			by := County
			by.ID = string(rune('a' + i))
			var err error
			if kept[i], fresh[i], err = service.Freeze(ctx, by, "anji", month); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	first, winners := kept[0], 0
	for i := range kept {
		if fresh[i] {
			winners++
			if kept[i].By != string(rune('a'+i)) {
				t.Errorf("frozen by %q, and said to be by %q", string(rune('a'+i)), kept[i].By)
			}
		}
		if !reflect.DeepEqual(kept[i], first) {
			t.Errorf("two snapshots of one month:\n%+v\n%+v", kept[i], first)
		}
	}
	if winners != 1 {
		t.Fatalf("%d of eight froze the month", winners)
	}
	k.onwards(t, service, first)
}

// onwards changes the cases of a frozen month: the snapshot stays, and what is reckoned beside it differs.
func (k *figuresKit) onwards(t *testing.T, service *scorecard.Service, first scorecard.Snapshot) {
	t.Helper()
	ctx := context.Background()
	same, err := service.Frozen(ctx, County, "anji", first.Month, scorecard.ByArea)
	if err != nil || !reflect.DeepEqual(same.Then.Lines, same.Now.Lines) {
		t.Errorf("nothing has happened, and it differs: %v\n%+v\n%+v", err, same.Then, same.Now)
	}
	for range 3 {
		k.round(t)
	}
	after, err := service.Frozen(ctx, County, "anji", first.Month, scorecard.ByArea)
	if err != nil || !reflect.DeepEqual(after.Then, same.Then) || !reflect.DeepEqual(after.Snapshot, first) {
		t.Errorf("a frozen month has changed: %v", err)
	}
	if reflect.DeepEqual(after.Now.Lines, after.Then.Lines) {
		t.Error("the cases of the month have gone on, and nothing differs")
	}
	if again, fresh, err := service.Freeze(ctx, County, "anji", first.Month); err != nil || fresh || !reflect.DeepEqual(again, first) {
		t.Errorf("frozen again: %v %v", fresh, err)
	}
	town := mediation.Actor{ID: "leader", Role: mediation.Leader, Area: "33.01.11.001"}
	part, err := service.Frozen(ctx, town, "anji", first.Month, scorecard.ByArea)
	if err != nil || part.Then.Whole.Marks != nil || len(part.Then.Lines) != 1 || part.Then.Lines[0].Subject != "33.01.11.001" {
		t.Errorf("a township's leader: %v %+v", err, part.Then)
	}
	if _, err := service.Frozen(ctx, town, "anji", first.Month, scorecard.ByUnit); !refusedAs(err, "scorecard.whole_only") {
		t.Errorf("units of everywhere for a township's leader: %v", err)
	}
	list, err := service.Snapshots.List(ctx, "anji", 10)
	if err != nil || len(list) != 1 || list[0].Month != first.Month || list[0].Results != nil {
		t.Errorf("%+v %v", list, err)
	}
}

func refusedAs(err error, code string) bool {
	var refusal *mediation.Error
	return errors.As(err, &refusal) && refusal.Code == code
}

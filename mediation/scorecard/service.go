package scorecard

import (
	"context"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/figures"
	"fengqiao/mediation/slip"
)

// Deps is what the Service stands on. All are needed.
type Deps struct {
	Cards     Cards
	Snapshots Snapshots
	Months    Months
	People    People
	Policies  mediation.Policies
	Atlas     *grid.Atlas
	Figures   *figures.Keeper
	Slips     SlipSource
	// KeptFrom are the cases of which what lies beside them, too, is kept from these keys (mediation.Cases.KeptFrom); nil: there are none.
	KeptFrom func(ctx context.Context, keys []string, limit int) ([]string, error)
	Now      func() time.Time // case time
}

// Service reckons scorecards and freezes them.
type Service struct{ Deps }

// NewService returns a ready service.
func NewService(d Deps) *Service { return &Service{d} }

// MaxTrend is how many earlier periods are reckoned beside one at most.
const MaxTrend = 12

// Ask is what somebody wants to see.
type Ask struct {
	Key    string
	By     By
	Period string    // "" is the month that runs
	Area   grid.Code // narrows what the caller sees
	Trend  int       // so many earlier periods beside it
}

// Answer is a card over a period, with the earlier ones, the latest first.
type Answer struct {
	Card    *Card
	Period  Period
	Query   figures.Query // the cases that are counted
	Now     Result
	Earlier []Result
	Periods []Period // of Earlier
	People  map[string]Person
}

// Import reads a card and puts it in force; what is wrong with it is of type policy.Findings.
func (s *Service) Import(ctx context.Context, at int64, file string, src []byte) (*Card, error) {
	c, err := Load(file, src)
	if err != nil {
		return nil, err
	}
	return c, s.Cards.Put(ctx, at, c)
}

// Card returns the card in force under a key, and the register's revision.
func (s *Service) Card(ctx context.Context, key string) (*Card, int64, error) {
	all, revision, err := s.Cards.InForce(ctx)
	if err != nil {
		return nil, 0, err
	}
	if i := slices.IndexFunc(all, func(c *Card) bool { return c.Key == key }); i >= 0 {
		return all[i], revision, nil
	}
	return nil, 0, mediation.ErrNotFound
}

// Measure reckons a card over what the caller sees.
func (s *Service) Measure(ctx context.Context, actor mediation.Actor, ask Ask) (Answer, error) {
	a := Answer{}
	var err error
	if a.Card, _, err = s.Card(ctx, ask.Key); err != nil {
		return a, err
	}
	if a.Period, err = s.period(ctx, ask.Period); err != nil {
		return a, err
	}
	if !slices.Contains(Subjects, ask.By) {
		return a, mediation.Refusal("measure", mediation.Invalid, "scorecard.bad_subject", "by")
	}
	a.Query = figures.Query{Sight: mediation.VisibleBy(actor, mediation.ScorecardRead), Area: ask.Area, Now: s.Now()}
	if a.Query.Sight.None {
		return a, mediation.Refusal("measure", mediation.Forbidden, "forbidden", "")
	}
	g, err := s.ground(ctx, a.Card, ask.By, a.Query)
	if err != nil {
		return a, err
	}
	a.People = g.people
	if a.Now, err = s.reckon(ctx, &g, a.Period); err != nil {
		return a, err
	}
	for p := a.Period.Before(); len(a.Earlier) < ask.Trend; p = p.Before() {
		r, err := s.reckon(ctx, &g, p)
		if err != nil {
			return a, err
		}
		a.Periods, a.Earlier = append(a.Periods, p), append(a.Earlier, r)
	}
	a.Query.From, a.Query.Until = a.Period.From, a.Period.Until
	return a, nil
}

// zone is that of the policy in force.
func (s *Service) zone(ctx context.Context) (*time.Location, error) {
	pol, err := s.Policies.Current(ctx)
	if err != nil {
		return nil, err
	}
	return pol.Clocks.Calendar.Location()
}

func (s *Service) period(ctx context.Context, text string) (Period, error) {
	zone, err := s.zone(ctx)
	if err != nil {
		return Period{}, err
	}
	if text == "" {
		return MonthOf(s.Now(), zone), nil
	}
	p, err := ParsePeriod(text, zone)
	if err != nil {
		return p, mediation.Refusal("measure", mediation.Invalid, "scorecard.bad_period", "period")
	}
	if p.From.After(s.Now()) {
		return p, mediation.Refusal("measure", mediation.Invalid, "scorecard.to_come", "period")
	}
	return p, nil
}

// ground is whose cases are reckoned, and who is measured by them.
type ground struct {
	card    *Card
	by      By
	query   figures.Query
	base    grid.Code // the area of it
	members []string
	only    func(string) bool
	people  map[string]Person
}

func (s *Service) ground(ctx context.Context, card *Card, by By, q figures.Query) (ground, error) {
	base := baseOf(q)
	g := ground{card: card, by: by, query: q, base: base}
	switch by {
	case ByArea:
		// Cases that lie with the area itself count in the whole alone: it is not one of its parts.
		g.only = func(subject string) bool { return grid.Code(subject) != base }
		for _, u := range s.Atlas.Load().Children(base) {
			g.members = append(g.members, string(u.Code))
		}
	case ByUnit:
		g.only = func(subject string) bool { return subject != "" }
		g.members = card.Units
	case ByOfficial:
		people, err := s.People.Officials(ctx, base)
		if err != nil {
			return g, err
		}
		g.people = map[string]Person{}
		for _, p := range people {
			g.people[p.ID] = p
		}
		// Whoever belongs elsewhere is measured there, and not by the few cases of this ground.
		g.only = func(subject string) bool { _, here := g.people[subject]; return here }
	}
	return g, nil
}

func (s *Service) reckon(ctx context.Context, g *ground, p Period) (Result, error) {
	q := g.query
	q.From, q.Until = p.From, p.Until
	var slips Slips
	if g.card.countsSlips() {
		if err := s.eachSlip(ctx, q, func(x *slip.Summary) { slips.note(x, g.subject(x)) }); err != nil {
			return Result{}, err
		}
	}
	return g.card.Reckon(s.Figures, q, g.by, p.Name, g.members, g.only, slips), nil
}

// subject is whose line a slip counts in, "" for none: that of the part of the ground where it belongs, of the unit or of the person that it
// is addressed to. One that is addressed to a post counts for nobody by name.
func (g *ground) subject(x *slip.Summary) string {
	switch g.by {
	case ByArea:
		if x.Area == g.base {
			return ""
		}
		return string(x.Area.Below(g.base.Depth() + 1))
	case ByUnit:
		return x.To.Unit
	default:
		return x.To.User
	}
}

// SlipsTo counts the slips to one person that the caller sees, by when they were issued.
func (s *Service) SlipsTo(ctx context.Context, q figures.Query, user string) (t figures.Tally, err error) {
	err = s.eachSlip(ctx, q, func(x *slip.Summary) {
		if x.To.User == user {
			t.Slips.Add(x)
		}
	})
	return t, err
}

// eachSlip calls fn for the slips of a query's ground and period: what its sight does not show is not counted.
func (s *Service) eachSlip(ctx context.Context, q figures.Query, fn func(*slip.Summary)) error {
	sight := q.Sight
	if sight.None || sight.Area == nil || !sight.Area.Contains(q.Area) && !q.Area.Contains(*sight.Area) {
		return nil
	}
	var hidden []string
	if s.KeptFrom != nil {
		var err error
		if hidden, err = s.KeptFrom(ctx, sight.Except, mostKept); err != nil {
			return err
		}
	}
	return s.Slips.EachCounted(ctx, baseOf(q), q.From, q.Until, func(x *slip.Summary) error {
		if (sight.Unit == "" || sight.Unit == x.To.Unit) && (x.Case == "" || !slices.Contains(hidden, x.Case)) {
			fn(x)
		}
		return nil
	})
}

// mostKept bounds the cases that are kept from one caller: the newest.
const mostKept = 10_000

// baseOf is the area of whose cases a query is, the narrower of what is asked for and of what the caller sees.
func baseOf(q figures.Query) grid.Code {
	base := *q.Sight.Area
	if base.Contains(q.Area) {
		base = q.Area
	}
	return base
}

// Frozen is a snapshot as the caller may see it, and the same reckoned again by the same version of the card.
type Frozen struct {
	Card     *Card
	Snapshot Snapshot
	Then     Result
	Now      Result
	People   map[string]Person
}

// Frozen shows a month that was frozen beside what the same month comes to today. Who does not see all of its ground is shown the areas
// inside their own and nothing else: a unit's or an official's line counts cases of everywhere.
func (s *Service) Frozen(ctx context.Context, actor mediation.Actor, key, month string, by By) (Frozen, error) {
	f := Frozen{}
	var err error
	if f.Snapshot, err = s.Snapshots.Load(ctx, key, month); err != nil {
		return f, err
	}
	then := f.Snapshot.Of(by)
	if then == nil {
		return f, mediation.Refusal("frozen month", mediation.Invalid, "scorecard.bad_subject", "by")
	}
	whole := mediation.MayArea(actor, mediation.ScorecardRead, f.Snapshot.Ground)
	if !whole && by != ByArea {
		return f, mediation.Refusal("frozen month", mediation.Forbidden, "scorecard.whole_only", "by")
	}
	if f.Card, err = s.Cards.Version(ctx, f.Snapshot.Card); err != nil {
		return f, err
	}
	if f.Now, f.People, err = s.again(ctx, f.Card, &f.Snapshot, by); err != nil {
		return f, err
	}
	f.Then = *then
	if !whole {
		f.Then, f.Now = f.Then.within(actor), f.Now.within(actor)
	}
	return f, nil
}

func (s *Service) again(ctx context.Context, card *Card, snap *Snapshot, by By) (Result, map[string]Person, error) {
	p, err := s.period(ctx, snap.Month)
	if err != nil {
		return Result{}, nil, err
	}
	g, err := s.ground(ctx, card, by, figures.Query{Sight: mediation.Visible{Area: &snap.Ground, Except: mediation.FromAnybody}, Now: s.Now()})
	if err != nil {
		return Result{}, nil, err
	}
	r, err := s.reckon(ctx, &g, p)
	return r, g.people, err
}

// within keeps the lines of areas that the caller sees whole.
func (r Result) within(actor mediation.Actor) Result {
	r.Whole = Line{}
	r.Lines = slices.DeleteFunc(slices.Clone(r.Lines), func(l Line) bool {
		return !mediation.MayArea(actor, mediation.ScorecardRead, grid.Code(l.Subject))
	})
	return r
}

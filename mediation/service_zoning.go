package mediation

import (
	"context"
	"errors"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/mediation/policy"
)

// People is everybody beside the mediators who belongs to areas: accounts with their posts.
type People interface {
	// Rezone asks fn of everybody in turn what becomes of their areas, and gives those who are told so the new ones, unless dry.
	// Nobody is signed out by it. One that fails holds up nobody else; all that failed are in the error.
	Rezone(ctx context.Context, dry bool, fn func(Zoned) (Zoned, bool, error)) error
}

// Surveyor (区划) moves open cases and people to where they belong after the plan has changed. It takes any number of runs,
// finds by itself what is left to do, and gives nothing a new place twice; so any instance may run it at any time, and a
// crash in the middle costs nothing.
type Surveyor struct {
	*Service
	Editions Editions
	People   People
}

// Moved counts what a run gave another place: cases, and reports that had none, and people.
type Moved struct{ Cases, People int }

// zoning is towards a plan.
func (s *Surveyor) zoning(r Register, to *grid.Plan) *Zoning {
	return &Zoning{To: to, register: r, editions: s.Editions, known: map[string]*edition.Difference{}}
}

// Settle makes a run towards the plan in force, and notes in the register when a change of plans has been settled: when a run that
// began a Grace after it found nothing left, so that an instance that had not heard of it then has placed nothing more by the
// old plan.
func (s *Surveyor) Settle(ctx context.Context) (Moved, error) {
	began := s.now()
	reg, _, err := s.Editions.Register(ctx)
	if err != nil || len(reg.Terms) < 2 {
		return Moved{}, err
	}
	to := s.Atlas.Load()
	if to.Version() != reg.InForce() {
		return Moved{}, nil // it will be noticed here in a moment
	}
	n, err := s.run(ctx, s.zoning(reg, to))
	if err != nil {
		return n, err
	}
	if !reg.Unsettled() && n == (Moved{}) {
		return n, nil
	}
	settled := time.Time{}
	if n == (Moved{}) && !began.Before(reg.Terms[len(reg.Terms)-1].From.Add(Grace)) {
		settled = s.now()
	}
	return n, s.Editions.Settle(ctx, len(reg.Terms)-1, n, settled)
}

// run goes through the open cases and everybody with an area. What fails holds up nothing else; the next run comes to it again.
func (s *Surveyor) run(ctx context.Context, z *Zoning) (n Moved, err error) {
	pol, err := s.Policies.Current(ctx)
	if err != nil {
		return n, err
	}
	t, err := s.changeOpen(ctx, func(sum *Summary) (bool, error) { return s.moveCase(ctx, z, sum, pol) })
	if err == nil {
		err = s.placeReports(ctx, z.To, t)
	}
	if n.Cases = t.done; err != nil {
		return n, err
	}
	count := func(p Zoned) (Zoned, bool, error) {
		p, moved, err := z.Rezone(ctx, p)
		if moved {
			n.People++
		}
		return p, moved, err
	}
	return n, errors.Join(t.failed(), s.eachPerson(ctx, false, count))
}

// placeReports gives reports that wait for a person to place them the cell in which their points lie by now; they then lead to
// cases like any other. Where a point may stand the wrong way round a person looks.
func (s *Surveyor) placeReports(ctx context.Context, plan *grid.Plan, t *tally) error {
	const page = 200
	for cursor := ""; ; {
		list, next, err := s.Reports.Unplaced(ctx, "", cursor, page)
		if err != nil {
			return err
		}
		for i := range list {
			if rep := &list[i]; rep.PlanVersion != plan.Version() && rep.Basis == ByGPS && !slices.Contains(rep.Marks, MaybeSwapped) {
				t.count(s.placeByPoint(ctx, plan, rep))
			}
		}
		if cursor = next; next == "" || ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

func (s *Surveyor) placeByPoint(ctx context.Context, plan *grid.Plan, seen *Report) (placed bool, err error) {
	point, err := s.point(ctx, seen.Point)
	if err != nil || point == nil {
		return false, err
	}
	cell, ok := plan.Locate(*point)
	if !ok {
		return false, nil
	}
	contested := plan.Contested(*point)
	rep, err := s.Reports.Update(ctx, seen.ID, func(r *Report) error {
		if r.Version != seen.Version {
			return ErrStale // somebody has placed it, or taken it back
		}
		r.place(cell.Code, plan.Version())
		r.contest(contested)
		return nil
	})
	if errors.Is(err, ErrStale) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = s.settle(ctx, rep, SystemActor)
	return true, err
}

// eachPerson calls fn for everybody with an area, mediators too. One that fails holds up nobody else.
func (s *Surveyor) eachPerson(ctx context.Context, dry bool, fn func(Zoned) (Zoned, bool, error)) error {
	failed := []error{s.People.Rezone(ctx, dry, fn)}
	const page = 200
	for cursor := ""; ; {
		list, next, err := s.Mediators.List(ctx, "", cursor, page)
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		for i := range list {
			now, moved, err := fn(list[i].zoned())
			if err == nil && moved && !dry {
				_, err = s.Mediators.Update(ctx, list[i].ID, func(m *Mediator) error { m.rezone(list[i].Area, now); return nil })
			}
			failed = append(failed, err)
		}
		if cursor = next; next == "" {
			return errors.Join(failed...)
		}
	}
}

// zoned is where a mediator serves.
func (m *Mediator) zoned() Zoned {
	return Zoned{Areas: []grid.Code{m.Area}, Version: m.Plan, Earlier: m.Earlier}
}

// rezone gives a mediator another area, if they still serve in the one that it was worked out for.
func (m *Mediator) rezone(was grid.Code, now Zoned) {
	if m.Area == was {
		m.Area, m.Plan, m.Earlier = now.Areas[0], now.Version, now.Earlier
	}
}

// affected tells whether a change of plans may move a case.
func (z *Zoning) affected(ctx context.Context, version string, cell, area grid.Code) (*edition.Difference, error) {
	if version == z.To.Version() { // it was placed by this plan
		return nil, nil
	}
	d, err := z.from(ctx, version)
	if err != nil || d == nil {
		return nil, err
	}
	if heir, ok := d.Heir(area); d.Changed(cell) || !ok || heir != area {
		return d, nil
	}
	return nil, nil
}

// moveCase gives a case its new place, if it has another.
func (s *Surveyor) moveCase(ctx context.Context, z *Zoning, sum *Summary, pol *policy.Policy) (moved bool, err error) {
	if sum.PlanVersion != "" && !has(sum.EarlierPlans, z.To.Version()) {
		if d, err := z.affected(ctx, sum.PlanVersion, sum.Cell, sum.Area); d == nil {
			return false, err
		}
	}
	c, err := s.Cases.Load(ctx, sum.ID)
	if err != nil {
		return false, err
	}
	var d *edition.Difference
	if !c.layIn(z.To) {
		if d, err = z.affected(ctx, c.PlanVersion, c.Cell, c.Area); d == nil {
			return false, err
		}
	}
	point, err := s.point(ctx, c.Point)
	if err != nil && !errors.Is(err, ErrErased) {
		return false, err
	}
	m, moved := z.caseMove(&c, d, point, pol.Intake.SnapMetres)
	if !moved {
		return false, nil
	}
	r, err := s.rules(ctx, c.Policy)
	if err != nil {
		return false, err
	}
	_, err = s.Cases.Update(ctx, c.ID, func(c *Case) error { return Rezone(c, m, s.now(), r) })
	if errors.Is(err, ErrStale) {
		return true, nil // somebody placed it in this moment; the next run looks again
	}
	return err == nil, err
}

// Touched is what a change of plans would concern: of each cell whose ground changes, the open cases in it and the people whose area it
// is, and in all, those of any area that changes.
type Touched struct {
	ByCell map[grid.Code]Moved
	Total  Moved
	// Stranded are people whose area would be gone without an heir: somebody must give them another.
	Stranded int
}

// Preview tells the difference between the plan in force and another edition, and what it would concern. Nothing is changed.
func (s *Surveyor) Preview(ctx context.Context, to *grid.Plan) (*edition.Difference, Touched, error) {
	t := Touched{ByCell: map[grid.Code]Moved{}}
	reg, _, err := s.Editions.Register(ctx)
	if err != nil {
		return nil, t, err
	}
	z, in := s.zoning(reg, to), s.Atlas.Load()
	d := edition.Compare(in, to)
	z.known[in.Version()] = d
	err = s.eachOpen(ctx, func(sum *Summary) error {
		touched, err := z.affected(ctx, in.Version(), sum.Cell, sum.Area)
		if touched != nil {
			t.Total.Cases++
			if d.Changed(sum.Cell) {
				m := t.ByCell[sum.Cell]
				m.Cases++
				t.ByCell[sum.Cell] = m
			}
		}
		return err
	})
	if err != nil {
		return nil, t, err
	}
	err = s.eachPerson(ctx, true, func(p Zoned) (Zoned, bool, error) {
		t.person(p, d)
		return p, false, nil
	})
	return d, t, err
}

// person counts somebody once in all, and once for each of their cells that changes.
func (t *Touched) person(p Zoned, d *edition.Difference) {
	touched, stranded := false, false
	for _, area := range p.Areas {
		if len(d.Before.CellsOf(area)) == 0 {
			continue // no area of the plan in force
		}
		heir, ok := d.Heir(area)
		stranded = stranded || !ok
		touched = touched || !ok || heir != area || d.Changed(area)
		if d.Changed(area) {
			m := t.ByCell[area]
			m.People++
			t.ByCell[area] = m
		}
	}
	if touched {
		t.Total.People++
	}
	if stranded {
		t.Stranded++
	}
}

// Turn puts a planned edition in force whose time has come.
func (s *Surveyor) Turn(ctx context.Context) error {
	reg, _, err := s.Editions.Register(ctx)
	now := s.now()
	if err != nil || reg.Next == nil || reg.Next.From.After(now) {
		return err
	}
	_, _, err = s.Editions.Amend(ctx, AnyRevision, func(r *Register) error { return r.Turn(now) })
	return err
}

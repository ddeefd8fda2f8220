package mediation

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"fengqiao/grid"
	"fengqiao/grid/edition"

	"github.com/paulmach/orb"
)

// Zoning says where what lay in an area under one edition lies under another. Safe for concurrent use.
type Zoning struct {
	To       *grid.Plan
	register Register
	editions Editions

	mu    sync.Mutex
	known map[string]*edition.Difference // by the version before; nil for one that is gone
}

// from is the difference between an edition and To; nil if that edition is not known, so that nothing can be said.
func (z *Zoning) from(ctx context.Context, version string) (*edition.Difference, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if d, known := z.known[version]; known {
		return d, nil
	}
	before, err := z.editions.Load(ctx, version)
	if errors.Is(err, ErrNotFound) {
		z.known[version] = nil
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	d := edition.Compare(before, z.To)
	z.known[version] = d
	return d, nil
}

// Lay is where somebody or something lay under some editions of the plan, one after another.
type Lay struct {
	Versions []string
	Cell     grid.Code
	Areas    []grid.Code
}

// in tells whether that was under a plan.
func (l *Lay) in(p *grid.Plan) bool { return l != nil && has(l.Versions, p.Version()) }

// spans are the versions that were in force from one of them until To: what was not moved meanwhile lay in the same place under all.
func (z *Zoning) spans(base string) []string {
	terms := z.register.Terms
	for i := len(terms) - 2; i >= 0; i-- {
		if terms[i].Version != base {
			continue
		}
		var versions []string
		for _, t := range terms[i : len(terms)-1] {
			versions = append(versions, t.Version)
		}
		return versions
	}
	return []string{base}
}

// Zoned is somebody who belongs to areas.
type Zoned struct {
	Areas []grid.Code
	// Since is when the areas were given. Version names the edition that they are of, where that is known better; Earlier is
	// where they lay before a change of plans, so that rolling back leads exactly there.
	Since   time.Time
	Version string
	Earlier *Lay
}

// Rezone is what becomes of somebody's areas, and whether that is anything else. An area without an heir stays, as do those of
// editions that are gone: nobody's sight widens by itself.
func (z *Zoning) Rezone(ctx context.Context, p Zoned) (Zoned, bool, error) {
	base := p.Version
	if base == "" {
		base = z.register.At(p.Since)
	}
	if base == z.To.Version() {
		return p, false, nil
	}
	areas := slices.Clone(p.Areas)
	if p.Earlier.in(z.To) && len(p.Earlier.Areas) == len(areas) {
		copy(areas, p.Earlier.Areas)
	} else {
		d, err := z.from(ctx, base)
		if err != nil || d == nil {
			return p, false, err
		}
		for i, area := range areas {
			if heir, ok := d.Heir(area); ok {
				areas[i] = heir
			}
		}
	}
	if slices.Equal(areas, p.Areas) {
		return p, false, nil
	}
	return Zoned{Areas: areas, Since: p.Since, Version: z.To.Version(), Earlier: &Lay{Versions: z.spans(base), Areas: p.Areas}}, true, nil
}

// CaseMove is the place that a change of plans gives a case.
type CaseMove struct {
	Version    string // of the plan that gives it
	Cell, Area grid.Code
	Was        Lay    // where the case lay: the place that this was worked out from
	was        string // … and by which version
}

// caseMove works out where a case lies now: by its exact point, if the point lay in the case's cell before; else with the
// heir of its cell, since then somebody placed it by hand. A cell without an heir leaves the case unplaced in the nearest area around that
// is still there; where none is, the plan is of other ground and the case stays as it is.
func (z *Zoning) caseMove(c *Case, d *edition.Difference, point *orb.Point, snap float64) (CaseMove, bool) {
	m := CaseMove{Version: z.To.Version(), Cell: c.Cell, Area: c.Area, was: c.PlanVersion,
		Was: Lay{z.spans(c.PlanVersion), c.Cell, []grid.Code{c.Area}}}
	if c.layIn(z.To) {
		m.Cell, m.Area = c.Earlier.Cell, c.Earlier.Areas[0]
		return m, true
	}
	if d.Changed(c.Cell) {
		m.Cell = z.cell(c.Cell, d, point, snap)
	}
	switch area, ok := d.Heir(c.Area); {
	case c.Area == c.Cell && m.Cell != "":
		m.Area = m.Cell
	case ok:
		m.Area = area
	default:
		for m.Area != "" && len(z.To.CellsOf(m.Area)) == 0 {
			m.Area = m.Area.Parent().Unit()
		}
		if m.Area == "" {
			return m, false
		}
	}
	return m, m.Cell != c.Cell || m.Area != c.Area
}

func (z *Zoning) cell(was grid.Code, d *edition.Difference, point *orb.Point, snap float64) grid.Code {
	if point != nil {
		if before, ok := d.Before.Locate(*point); ok && before.Code == was {
			if now, ok := z.To.Locate(*point); ok {
				return now.Code
			}
			if near, _, ok := z.To.Nearest(*point, snap); ok && snap > 0 {
				return near
			}
		}
	}
	heir, _ := d.Heir(was)
	return heir
}

// layIn tells whether a change of plans has moved the case from a place that a plan gave it, so that it goes back exactly there.
func (c *Case) layIn(p *grid.Plan) bool {
	return c.PlanVersion != p.Version() && c.Earlier.in(p)
}

// Rezone gives a case the place that a change of plans has brought, and tells those who have it now. ErrStale if it lies elsewhere
// than the move was worked out from. It is pure, like Decide.
func Rezone(c *Case, m CaseMove, now time.Time, r Rules) error {
	if c.PlanVersion != m.was || c.Cell != m.Was.Cell || c.Area != m.Was.Areas[0] {
		return ErrStale
	}
	d := &decision{Case: c, Order: Order{Actor: SystemActor, At: now}, rules: r, pol: r.Policy}
	d.begin("rezoned")
	d.say("plan", m.Version)
	d.say("plan_before", c.PlanVersion)
	d.say("cell", string(m.Cell))
	d.say("cell_before", string(c.Cell))
	moved := m.Area != c.Area
	c.Earlier = &m.Was
	c.Cell, c.Area, c.PlanVersion = m.Cell, m.Area, m.Version
	d.event.Place = m.Cell
	if moved {
		d.tell(NoticeRezoned, Recipient{Role: GridLeader, Area: c.Area}, d.StateClock.Due)
		d.tell(NoticeRezoned, Recipient{Role: TownshipStaff, Area: c.Area}, d.StateClock.Due)
	}
	d.end()
	c.Revision++
	c.Changed = now
	d.schedule(r)
	return nil
}

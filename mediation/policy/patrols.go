package policy

import "strings"

// Patrols says how often micro-grids are visited (巡查).
type Patrols struct {
	// Every is how often each must be visited; zero: there are no patrols.
	Every Span
	// Places are visited more or less often than the rest.
	Places []PatrolPlace
	// Basis is the norm that has them visited, "" if the policy names none.
	Basis string
}

// PatrolPlace is an area with a frequency of its own.
type PatrolPlace struct {
	Area  string // a dotted code: everything in it
	Every Span
}

// On tells whether the county has patrols.
func (p *Patrols) On() bool { return !p.Every.Zero() }

// EveryIn is how often a micro-grid must be visited: by the smallest area that is named, or as all others.
func (p *Patrols) EveryIn(cell string) Span {
	if place, ok := p.PlaceOf(cell); ok {
		return place.Every
	}
	return p.Every
}

// PlaceOf is the smallest of the named areas that a micro-grid lies in.
func (p *Patrols) PlaceOf(cell string) (at PatrolPlace, ok bool) {
	for _, place := range p.Places {
		if (cell == place.Area || strings.HasPrefix(cell, place.Area+".")) && len(place.Area) > len(at.Area) {
			at, ok = place, true
		}
	}
	return at, ok
}

var patrolKeys = []key[Patrols]{
	span("every", required, Text{"每个微网格至少多久巡查一次", "how often each micro-grid must be visited"}, func(p *Patrols) *Span { return &p.Every }),
	objects("places", optional, Text{"另有频次的片区，取最小的", "areas with a frequency of their own; the smallest counts"}, []key[PatrolPlace]{
		scalar("area", required, Text{"区划代码", "area code"}, Text{"片区或微网格的点分代码", "dotted code of the area or micro-grid"}, parseCode, func(p *PatrolPlace) *string { return &p.Area }),
		span("every", required, Text{"多久一次", "how often"}, func(p *PatrolPlace) *Span { return &p.Every }),
	}, PatrolPlace{}, func(p *Patrols) *[]PatrolPlace { return &p.Places }),
	basis(func(p *Patrols) *string { return &p.Basis }),
}

// checkPatrols finds places that are named twice.
func (c *checker) checkPatrols() {
	seen := map[string]bool{}
	for i, p := range c.Patrols.Places {
		if p.Area != "" && seen[p.Area] {
			c.wrong(item("patrols.places", i)+".area", "片区%q重复", "the area %q stands here twice", p.Area)
		}
		seen[p.Area] = true
	}
}

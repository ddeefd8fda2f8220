package handlers

import (
	"math"
	"slices"

	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/mediation"
)

// differenceView is what an edition would change, and whom that concerns.
type differenceView struct {
	From string `json:"from"` // the version in force
	To   string `json:"to"`
	// Same is how many cells stay as they are.
	Same int `json:"same"`
	// Rough: the borders could not be laid over each other, and ground was dealt out by the middles of the cells.
	Rough bool `json:"rough"`
	// Counts are how many changes there are of each kind, Changes the first of them.
	Counts  map[edition.Kind]int `json:"counts"`
	Changes []cellsChange        `json:"changes"`
	// Cases and People are those in all whom it touches; Stranded the people whose area would be gone without an heir.
	Cases    int `json:"cases"`
	People   int `json:"people"`
	Stranded int `json:"stranded"`
}

type cellsChange struct {
	Kind     edition.Kind `json:"kind"`
	KindText string       `json:"kindText"`
	Before   []placeStub  `json:"before"`
	After    []placeStub  `json:"after"`
	// Lost and Gained are ground in square metres that went to others and came from them.
	Lost   float64 `json:"lostSquareMetres"`
	Gained float64 `json:"gainedSquareMetres"`
	Cases  int     `json:"cases"`
	People int     `json:"people"`
}

type placeStub struct {
	Code grid.Code `json:"code"`
	Name string    `json:"name"`
}

// mostChanges is how many changes one answer tells.
const mostChanges = 1000

// differenceReply shows what a plan would change against the one in force here, as far as it lies in the caller's area.
func (a *API) differenceReply(c *Call, to *grid.Plan) (Reply, error) {
	d, touched, err := a.Surveyor.Preview(c.Context, to)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	v := differenceView{From: d.Before.Version(), To: to.Version(), Same: d.Same, Rough: d.Rough, Counts: map[edition.Kind]int{}, Changes: []cellsChange{},
		Cases: touched.Total.Cases, People: touched.Total.People, Stranded: touched.Stranded}
	if whole := mediation.MayPlan(c.Actor, mediation.PlanImport, d.Before, d.After); !whole {
		v.Cases, v.People, v.Stranded = 0, 0, 0 // what lies elsewhere is not theirs to know
		for cell, n := range touched.ByCell {
			if c.Actor.Area.Contains(cell) {
				v.Cases, v.People = v.Cases+n.Cases, v.People+n.People
			}
		}
	}
	for i := range d.Changes {
		x := &d.Changes[i]
		if slices.ContainsFunc(slices.Concat(x.Before, x.After), func(code grid.Code) bool { return !c.Actor.Area.Contains(code) }) {
			continue
		}
		v.Counts[x.Kind]++
		if len(v.Changes) < mostChanges {
			text := edition.Names[x.Kind]
			v.Changes = append(v.Changes, showChange(x, d, touched, choose(l.zh, text[0], text[1])))
		}
	}
	return Reply{View: v}, nil
}

func showChange(x *edition.Change, d *edition.Difference, touched mediation.Touched, text string) cellsChange {
	v := cellsChange{Kind: x.Kind, KindText: text, Before: stubs(d.Before, x.Before), After: stubs(d.After, x.After), Lost: tenths(x.Lost), Gained: tenths(x.Gained)}
	for _, code := range x.Before {
		v.Cases += touched.ByCell[code].Cases
		v.People += touched.ByCell[code].People
	}
	return v
}

// tenths rounds square metres: more digits than anybody surveys say nothing.
func tenths(v float64) float64 { return math.Round(v*10) / 10 }

func stubs(plan *grid.Plan, codes []grid.Code) []placeStub {
	list := make([]placeStub, len(codes))
	for i, code := range codes {
		name, _ := plan.Name(code)
		list[i] = placeStub{code, name}
	}
	return list
}

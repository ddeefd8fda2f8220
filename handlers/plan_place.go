package handlers

import (
	"sync"

	"fengqiao/grid"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// placeView is a patch of ground with what it lies in.
type placeView struct {
	Code grid.Code `json:"code"`
	Name string    `json:"name"`
	// Path is township, village, grid, micro-grid …, as far as they have names, outermost first.
	Path []placeStep `json:"path"`

	wire jsontext.Value // the whole as it is written, where a gazetteer has it
}

type placeStep struct {
	Level string    `json:"level"`
	Code  grid.Code `json:"code"`
	Name  string    `json:"name"`
}

// placeOf describes a code by a plan; nil for the empty code. A code of an older plan keeps its code alone.
func placeOf(plan *grid.Plan, code grid.Code) *placeView {
	if code == "" {
		return nil
	}
	v := &placeView{Code: code, Path: []placeStep{}}
	v.Name, _ = plan.Name(code)
	schema := plan.Schema()
	for _, u := range plan.Path(code) {
		level, _ := schema.LevelOf(u.Code)
		v.Path = append(v.Path, placeStep{level.Key, u.Code, u.Name})
	}
	return v
}

// gazetteer describes the patches of one plan, each once: lists name the same few again and again. What it gives out is
// everybody's and not to be changed.
type gazetteer struct {
	plan  *grid.Plan
	known sync.Map // grid.Code → *placeView, of the plan's own names alone, so that it grows no further than the plan
}

// places is the gazetteer of the plan in force.
func (a *API) places() *gazetteer {
	plan := a.Atlas.Load()
	g := a.gazetteer.Load()
	if g == nil || g.plan != plan {
		g = &gazetteer{plan: plan}
		a.gazetteer.Store(g) // of two at once one is lost, and made again
	}
	return g
}

// place describes a code; nil for the empty one.
func (g *gazetteer) place(code grid.Code) *placeView {
	if v, ok := g.known.Load(code); ok {
		return v.(*placeView)
	}
	v := placeOf(g.plan, code)
	if _, named := g.plan.Name(code); !named {
		return v
	}
	if wire, err := json.Marshal(v, wireForm); err == nil {
		v.wire = wire
	}
	g.known.Store(code, v)
	return v
}

// checkCode refuses what is no code of the plan's schema, so that a typing mistake does not pass for an empty area.
func checkCode(plan *grid.Plan, field string, code grid.Code) error {
	if code == "" || plan.Len() == 0 {
		return nil
	}
	if err := plan.Schema().CheckCode(code); err != nil {
		return &Problem{Status: 422, Code: "bad_code", Field: field, Cause: err, Params: map[string]string{"value": printable(string(code))}}
	}
	return nil
}

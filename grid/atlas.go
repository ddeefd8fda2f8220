package grid

import (
	"sync/atomic"

	"github.com/paulmach/orb"
)

// Atlas holds the plan in force. Readers never wait: who loaded the old plan finishes with it. A question that needs
// several answers from one edition loads the plan once and asks that. The zero Atlas holds a plan without cells.
type Atlas struct {
	plan atomic.Pointer[Plan]
}

// NewAtlas holds the given plan.
func NewAtlas(p *Plan) *Atlas {
	a := new(Atlas)
	a.Swap(p)
	return a
}

// Load is the plan in force, never nil.
func (a *Atlas) Load() *Plan {
	if p := a.plan.Load(); p != nil {
		return p
	}
	return new(Plan)
}

// Swap puts a plan in force, nil for one without cells, and returns the one before, never nil.
func (a *Atlas) Swap(p *Plan) *Plan {
	if old := a.plan.Swap(p); old != nil {
		return old
	}
	return new(Plan)
}

// Locate is Plan.Locate of the plan in force.
func (a *Atlas) Locate(pt orb.Point) (Cell, bool) { return a.Load().Locate(pt) }

// Nearest is Plan.Nearest of the plan in force.
func (a *Atlas) Nearest(pt orb.Point, maxMetres float64) (code Code, metres float64, ok bool) {
	return a.Load().Nearest(pt, maxMetres)
}

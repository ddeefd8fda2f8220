// Package duty is the roster of leaders and commanders (值班表): who holds which post from when until when. Its rules are pure functions of
// shifts; the service keeps them, tells of gaps, and reaches who is on duty for what a dispatch rule sends them.
package duty

import (
	"cmp"
	"slices"
	"time"

	"fengqiao/grid"
)

// MaxShifts is how many shifts one import may bring, and MaxKept how many the roster holds.
const (
	MaxShifts = 1000
	MaxKept   = 5000
)

// Shift is one person at one post, for the cases of an area, from a moment until another (half open).
type Shift struct {
	Post   string
	Area   grid.Code
	Person string // user id
	From   time.Time
	Until  time.Time
}

// Roster is all shifts that are kept, in order of beginning.
type Roster struct{ Shifts []Shift }

// Holds tells whether the shift holds at a moment.
func (s *Shift) Holds(at time.Time) bool { return !at.Before(s.From) && at.Before(s.Until) }

// meets tells whether two shifts are of one post and area, with a moment in common.
func (s *Shift) meets(o *Shift) bool {
	return s.Post == o.Post && s.Area == o.Area && s.From.Before(o.Until) && o.From.Before(s.Until)
}

// On is who holds a post for an area at a moment: of shifts for areas that hold it, the one for the smallest.
func (r *Roster) On(post string, area grid.Code, at time.Time) (Shift, bool) {
	best := -1
	for i := range r.Shifts {
		s := &r.Shifts[i]
		if s.Post == post && s.Holds(at) && s.Area.Contains(area) && (best < 0 || len(s.Area) > len(r.Shifts[best].Area)) {
			best = i
		}
	}
	if best < 0 {
		return Shift{}, false
	}
	return r.Shifts[best], true
}

// Overlap is the first pair of shifts that meet, by their places in the list.
func Overlap(shifts []Shift) (one, other int, found bool) {
	for i := range shifts {
		for j := range i {
			if shifts[j].meets(&shifts[i]) {
				return j, i, true
			}
		}
	}
	return 0, 0, false
}

// Replace puts shifts in place of what an area's roster says of a period. What only reaches into the period is cut at its ends.
func (r *Roster) Replace(area grid.Code, from, until time.Time, shifts []Shift) {
	kept := make([]Shift, 0, len(r.Shifts)+len(shifts))
	for _, s := range r.Shifts {
		if !area.Contains(s.Area) || !s.From.Before(until) || !from.Before(s.Until) {
			kept = append(kept, s)
			continue
		}
		if head := s; head.From.Before(from) {
			head.Until = from
			kept = append(kept, head)
		}
		if tail := s; until.Before(tail.Until) {
			tail.From = until
			kept = append(kept, tail)
		}
	}
	r.Shifts = append(kept, shifts...)
	r.order()
}

func (r *Roster) order() {
	slices.SortStableFunc(r.Shifts, func(a, b Shift) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Post, b.Post), cmp.Compare(a.Area, b.Area))
	})
}

// Gap is a time at which nobody holds a post for an area. From is zero where nobody ever has before, Until where nobody will again.
type Gap struct {
	Post        string
	Area        grid.Code
	From, Until time.Time
}

// Key names the gap by where it begins, so that it is the same while it lasts.
func (g *Gap) Key() string {
	begins := "never"
	if !g.From.IsZero() {
		begins = g.From.UTC().Format(time.RFC3339)
	}
	return g.Post + "/" + string(g.Area) + "/" + begins
}

// Gaps are the times within a period at which nobody holds a post for the whole of an area, the earliest first.
func (r *Roster) Gaps(post string, area grid.Code, from, until time.Time) (gaps []Gap) {
	var covered time.Time
	for _, s := range r.Shifts { // in order of beginning
		if s.Post != post || !s.Area.Contains(area) {
			continue
		}
		if s.From.After(covered) {
			gaps = within(gaps, Gap{post, area, covered, s.From}, from, until)
		}
		if s.Until.After(covered) {
			covered = s.Until
		}
	}
	return within(gaps, Gap{Post: post, Area: area, From: covered}, from, until)
}

// watched are the gaps of the areas for which the post is held by turns, the outermost, of the whole where it is held nowhere yet.
func (r *Roster) watched(post string, whole grid.Code, from, until time.Time) (gaps []Gap) {
	var areas []grid.Code
	for _, s := range r.Shifts {
		if s.Post != post || slices.ContainsFunc(areas, func(a grid.Code) bool { return a.Contains(s.Area) }) {
			continue
		}
		areas = append(slices.DeleteFunc(areas, func(a grid.Code) bool { return s.Area.Contains(a) }), s.Area)
	}
	if len(areas) == 0 {
		areas = append(areas, whole)
	}
	for _, area := range areas {
		gaps = append(gaps, r.Gaps(post, area, from, until)...)
	}
	return gaps
}

func within(gaps []Gap, g Gap, from, until time.Time) []Gap {
	if g.From.Before(until) && (g.Until.IsZero() || g.Until.After(from)) {
		gaps = append(gaps, g)
	}
	return gaps
}

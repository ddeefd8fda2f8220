package mediation

import (
	"slices"

	"time"

	"fengqiao/grid"
)

// Filed is in which area a case lay and of which category it was.
type Filed struct {
	Area     grid.Code
	Category string
}

// sayMoved has the event say from where to where the case went, whatever moved it: a hand, another category, a change of plans.
func (d *decision) sayMoved() {
	if d.Area != d.lay {
		d.say("area", string(d.Area))
		d.say("area_before", string(d.lay))
		d.leave(d.lay)
	}
}

// mostLain bounds the areas that a case remembers: those that it came from first stay.
const mostLain = 20

// leave notes that the case is passed on from an area: into another part of the ground or above it, and not within it.
func (d *decision) leave(from grid.Code) {
	if d.event.Kind == "rezoned" || from == "" || from.Contains(d.Area) || has(d.Lain, from) || len(d.Lain) == mostLain {
		return
	}
	d.Lain = append(slices.Clip(d.Lain), from)
}

// FiledAt is how a case was filed just before a moment: as it is now, but for what its timeline has changed since. events is the whole of it, or
// all from that moment on.
func FiledAt(h *Summary, events []Event, at time.Time) Filed {
	f := Filed{h.Area, h.Category}
	for i := len(events) - 1; i >= 0 && !events[i].At.Before(at); i-- {
		if before := events[i].Data["area_before"]; before != "" {
			f.Area = grid.Code(before)
		}
		if events[i].Kind == string(CmdReclassify) {
			f.Category = events[i].Data["category_before"]
		}
	}
	return f
}

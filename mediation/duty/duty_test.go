package duty

import (
	"testing"
	"time"

	"fengqiao/grid"

	"pgregory.net/rapid"
)

const county = grid.Code("33.03.83")

var midnight = time.Date(2026, 3, 14, 16, 0, 0, 0, time.UTC)

func hour(n int) time.Time { return midnight.Add(time.Duration(n) * time.Hour) }

func TestWhoIsNearestIsOnDuty(t *testing.T) {
	r := Roster{Shifts: []Shift{{"leader", county, "far", hour(0), hour(8)}, {"leader", county + ".-.001", "near", hour(2), hour(4)}}}
	for _, x := range []struct {
		area grid.Code
		at   int
		want string
	}{{county + ".-.001", 1, "far"}, {county + ".-.001", 2, "near"}, {county + ".-.001", 4, "far"}, {county + ".-.002", 3, "far"}, {county, 3, "far"}, {county, 8, ""}} {
		if s, _ := r.On("leader", x.area, hour(x.at)); s.Person != x.want {
			t.Errorf("at %d for %s: %q, want %q", x.at, x.area, s.Person, x.want)
		}
	}
	if _, ok := r.On("commander", county, hour(1)); ok {
		t.Error("nobody commands")
	}
}

// anyShifts draws shifts that do not meet, within a day.
func anyShifts(t *rapid.T, from, until int) (list []Shift) {
	for at := from; at < until; {
		begin := rapid.IntRange(at, until).Draw(t, "begin")
		end := rapid.IntRange(begin, until).Draw(t, "end")
		if end > begin {
			list = append(list, Shift{"leader", county, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "who"), hour(begin), hour(end)})
		}
		at = end + 1
	}
	return list
}

// TestARosterSaysWhatItsNewestImportsSay compares with a list of hours, each of which the newest import that covers it decides.
func TestARosterSaysWhatItsNewestImportsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Roster
		var hours [24]string
		for range rapid.IntRange(1, 5).Draw(t, "imports") {
			from := rapid.IntRange(0, 23).Draw(t, "from")
			until := rapid.IntRange(from+1, 24).Draw(t, "until")
			shifts := anyShifts(t, from, until)
			r.Replace(county, hour(from), hour(until), shifts)
			for h := from; h < until; h++ {
				hours[h] = ""
				for _, s := range shifts {
					if s.Holds(hour(h)) {
						hours[h] = s.Person
					}
				}
			}
		}
		if one, other, found := Overlap(r.Shifts); found {
			t.Fatalf("%v and %v overlap", r.Shifts[one], r.Shifts[other])
		}
		gaps := r.Gaps("leader", county, hour(0), hour(24))
		for h := range hours {
			s, held := r.On("leader", county, hour(h))
			if s.Person != hours[h] {
				t.Fatalf("hour %d: %q, want %q", h, s.Person, hours[h])
			}
			in := 0
			for _, g := range gaps {
				if !hour(h).Before(g.From) && (g.Until.IsZero() || hour(h).Before(g.Until)) {
					in++
				}
			}
			if held && in != 0 || !held && in != 1 {
				t.Fatalf("hour %d lies in %d gaps, held: %v", h, in, held)
			}
		}
	})
}

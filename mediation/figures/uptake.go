package figures

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Use is what "one down, two up" (一降两升: 信访量降，应用率、满意率升) is told by, of some cases.
type Use struct {
	Received, Petitions   int
	Residents, Workers    int // by the residents' app, and by the workers'
	Satisfied, SaidEither int // parties
	// Reports are all that came of the cases, those that joined one among them, each by its own channel; ReportsByApp those by either app.
	Reports, ReportsByApp int
}

// Add adds the counts of other cases.
func (u *Use) Add(o *Use) {
	u.Received += o.Received
	u.Petitions += o.Petitions
	u.Residents += o.Residents
	u.Workers += o.Workers
	u.Satisfied += o.Satisfied
	u.SaidEither += o.SaidEither
	u.Reports += o.Reports
	u.ReportsByApp += o.ReportsByApp
}

// Way is of the app by whom cases come; a word of the list's filter "way".
type Way string

// The ways.
const (
	WayApp       Way = "app"
	WayResidents Way = "residents"
	WayWorkers   Way = "workers"
)

// UseFigure is one row of the table of uses.
type UseFigure struct {
	Key          string
	Unit         Unit
	Zh, En       string
	DefZh, DefEn string
	// Aim is -1 where less is better, 1 where more is, 0 where it only explains another.
	Aim int
	// Of is the figure: of a Share its two counts.
	Of func(*Use) (value, of int)
	// Way, ReportWay and Petitions say of which cases it is: those that came so, or that had a report that did; Counted and Below narrow their list as those of Figure do.
	Way       Way
	ReportWay Way
	Petitions bool
	Counted   map[string][]string
	Below     map[string][]string
}

// UseFigures is the table.
var UseFigures = []UseFigure{
	{"petitions", Count, "信访量", "petitions", "期间内立案、来自规则所定信访来源的案件；并入别的案件的照样计", "cases opened in the period that came from the policy's source of petitions, those joined to another among them",
		-1, func(u *Use) (int, int) { return u.Petitions, u.Petitions }, "", "", true, received, nil},
	{"appUse", Share, "应用率", "use of the app", "经应用（居民端、网格员端）来的案件÷收到的案件；渠道是该案第一件上报的", "cases that came by the app, the residents' or the workers' ÷ cases received; by the channel of the case's first report",
		1, func(u *Use) (int, int) { return u.Residents + u.Workers, u.Received }, WayApp, "", false, received, received},
	{"residentUse", Share, "居民应用率", "residents' use", "经居民端来的案件÷收到的案件", "cases that came by the residents' app ÷ cases received",
		0, func(u *Use) (int, int) { return u.Residents, u.Received }, WayResidents, "", false, received, received},
	{"workerUse", Share, "网格员应用率", "workers' use", "经网格员端来的案件÷收到的案件", "cases that came by the workers' app ÷ cases received",
		0, func(u *Use) (int, int) { return u.Workers, u.Received }, WayWorkers, "", false, received, received},
	{"satisfaction", Share, "满意率", "satisfaction", satisfiedZh, satisfiedEn,
		1, func(u *Use) (int, int) { return u.Satisfied, u.SaidEither }, "", "", false, inSatisfied, inRated},
	{"reports", Count, "上报件", "reports", "这些案件的全部上报，并入的每一件也计", "all reports of the cases, each that joined one among them",
		0, func(u *Use) (int, int) { return u.Reports, u.Reports }, "", "", false, received, nil},
	{"reportAppUse", Share, "上报应用率", "reports by the app", "经应用来的上报件÷上报件，每件按自己的渠道；列表是有这样一件上报的案件", "reports that came by the app ÷ reports, each by its own channel; the list is of the cases with such a report",
		0, func(u *Use) (int, int) { return u.ReportsByApp, u.Reports }, "", WayApp, false, received, received},
}

// Value is a figure of a use; false where it is a share of none.
func (f *UseFigure) Value(u *Use) (float64, bool) {
	v, of := f.Of(u)
	switch {
	case f.Unit == Count:
		return float64(v), true
	case of == 0:
		return 0, false
	}
	return Rounded(float64(v) / float64(of)), true
}

// exactly is the figure before it is rounded.
func (f *UseFigure) exactly(u *Use) float64 {
	v, of := f.Of(u)
	if f.Unit == Share {
		return float64(v) / float64(of)
	}
	return float64(v)
}

// Change is by how much a figure has grown since, of shares in points of which 1 is the whole; false where one of the two is none.
func (f *UseFigure) Change(now, before *Use) (float64, bool) {
	is, ok := f.Value(now)
	was, had := f.Value(before)
	if !ok || !had {
		return 0, false
	}
	return Rounded(is - was), true
}

// Growth is by how many percent a figure has grown, to two places, of the exact counts; false also over nothing.
func (f *UseFigure) Growth(now, before *Use) (float64, bool) {
	if _, ok := f.Change(now, before); !ok || f.exactly(before) == 0 {
		return 0, false
	}
	return math.Round((f.exactly(now)/f.exactly(before)-1)*1e4) / 1e2, true
}

// Reached tells whether a figure went where it is to go; false, false where there is nothing to compare, or it has no aim.
func (f *UseFigure) Reached(now, before *Use) (reached, known bool) {
	if _, ok := f.Change(now, before); !ok || f.Aim == 0 {
		return false, false
	}
	return cmp.Compare(f.exactly(now), f.exactly(before)) == f.Aim, true
}

// Measure are the channels of petitions, of the residents' app and of the workers'.
type Measure struct{ Petitions, Residents, Workers []string }

// UnitUse is an area and what it came to in each of the months asked for.
type UnitUse struct {
	Area   string
	Months []Use
}

// MostUses bounds the areas times the months of one question.
const MostUses = 6000

// Uses counts by areas, as ByArea groups them, and in each by the months that cuts begin; what was opened before the first is left out. Areas
// without a case are left out, too. false: these are more areas and months than one question may ask for. The query names no source.
func (b *Book) Uses(q Query, m Measure, cuts []time.Time) ([]UnitUse, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	of := map[string]int{}
	var all []UnitUse
	for _, count := range []struct {
		q  Query
		to func(*Use, *Tally)
	}{
		{q, func(u *Use, t *Tally) {
			u.Received, u.Satisfied, u.SaidEither = t.Received, t.Satisfied, t.Satisfied+t.Dissatisfied
		}},
		{q.among(m.Petitions), func(u *Use, t *Tally) { u.Petitions = t.Received }},
		{q.among(m.Residents), func(u *Use, t *Tally) { u.Residents = t.Received }},
		{q.among(m.Workers), func(u *Use, t *Tally) { u.Workers = t.Received }},
	} {
		s, tallies, ok := b.crossed(count.q, cuts)
		if !ok {
			return nil, false
		}
		for i := range tallies {
			if tallies[i].Received == 0 {
				continue
			}
			area := s.keys[i/len(cuts)]
			at, known := of[area]
			if !known {
				at, of[area] = len(all), len(all)
				all = append(all, UnitUse{area, make([]Use, len(cuts))})
			}
			count.to(&all[at].Months[i%len(cuts)], &tallies[i])
		}
	}
	b.reports(q, m, cuts, of, all)
	slices.SortFunc(all, func(x, y UnitUse) int { return cmp.Compare(x.Area, y.Area) })
	return all, true
}

// reports adds what is told of reports to areas that have cases.
func (b *Book) reports(q Query, m Measure, cuts []time.Time, of map[string]int, all []UnitUse) {
	s, ok := b.crossing(q, cuts)
	if !ok {
		return
	}
	apps := append(slices.Clone(m.Residents), m.Workers...)
	came := make([][2]int, len(b.came.all))
	for code, word := range b.came.all {
		for _, channel := range wordsOf(word) {
			came[code][0]++
			if slices.Contains(apps, channel) {
				came[code][1]++
			}
		}
	}
	to := make([]*Use, len(s.keys)*len(cuts))
	for i := range to {
		if at, known := of[s.keys[i/len(cuts)]]; known {
			to[i] = &all[at].Months[i%len(cuts)]
		}
	}
	groups := make([]int32, blockRows)
	for n, k := range b.blocks {
		s.groups(k, b.filled(n), groups)
		for i, g := range groups[:b.filled(n)] {
			if g >= 0 && to[g] != nil {
				to[g].Reports += came[k.came[i]][0]
				to[g].ReportsByApp += came[k.came[i]][1]
			}
		}
	}
}

// among narrows a query to the cases that came by some channels.
func (q Query) among(channels []string) Query {
	q.Source, q.SourceOf = "these", func(channel string) string {
		if slices.Contains(channels, channel) {
			return "these"
		}
		return ""
	}
	return q
}

// crossed counts by areas and months at once; false if there are too many.
func (b *Book) crossed(q Query, cuts []time.Time) (*sieve, []Tally, bool) {
	s, ok := b.crossing(q, cuts)
	if !ok {
		return &sieve{}, nil, true
	}
	areas := len(s.keys)
	if areas*len(cuts) > MostUses {
		return nil, nil, false
	}
	units := s.keys
	s.plain = true
	s.keys = make([]string, areas*len(cuts)) // a tally each; their names are those of the areas
	_, tallies := b.scan(s, false)
	s.keys = units
	return s, tallies, true
}

// crossing is the sieve of areas and months; false where nothing passes it.
func (b *Book) crossing(q Query, cuts []time.Time) (*sieve, bool) {
	s, ok := b.sieve(q, ByArea, nil)
	if !ok || len(cuts) == 0 {
		return nil, false
	}
	for _, t := range cuts {
		s.cuts = append(s.cuts, seconds(t))
	}
	return s, true
}

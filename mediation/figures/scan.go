package figures

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Query selects cases: those that the sight shows, opened in the period, and not joined to another, whose they are then. Zero
// fields do not select. Times count by whole seconds.
type Query struct {
	Sight                   mediation.Visible // of VisibleBy(actor, mediation.StatsRead); only area and unit show anything
	Area                    grid.Code
	Category, Channel, Unit string
	Official                string // an account that has acted on them in office
	HadBy                   string // a unit that they lie with or have lain with
	// Source is of the policy in force, which SourceOf reads it of a channel by; both go together.
	Source      string
	SourceOf    func(channel string) string
	From, Until time.Time // opened from inclusive, until exclusive
	// Late: From and Until are of when a limit of the case first passed, whenever it was opened; Received alone is counted then, and by month nothing is.
	Late bool
	// Depth is at which ByArea groups, by the parts of a code; 0: one below the area.
	Depth int
	Now   time.Time // by which it is judged what is overdue
}

// By is what a breakdown is by.
type By string

// The breakdowns. ByArea is by the areas one level below the query's area or the sight's, the narrower of the two; what lies with
// that area itself stands under its own code.
const (
	Whole      By = ""
	ByArea     By = "area"
	ByCategory By = "category"
	ByChannel  By = "channel"
	ByUnit     By = "unit"
	ByMonth    By = "month"
	// ByOfficial is by those who have acted on a case in office: it counts for each of them.
	ByOfficial By = "official"
	BySource   By = "source"
	// ByHad is by the units that cases lie with or have lain with: a case counts for each of them.
	ByHad By = "had"
	// ByLain is as ByArea, and by the areas that cases have lain with and were passed on from: a case counts for each of them.
	ByLain By = "lain"
)

// Breakdowns is all of them.
var Breakdowns = []By{ByArea, ByCategory, ByChannel, ByUnit, ByMonth, BySource}

// Group is one line of a breakdown. Of a month, Key is its first moment (RFC 3339).
type Group struct {
	Key string
	Tally
}

// Count counts a query's cases as one.
func (b *Book) Count(q Query) Tally {
	groups := b.Break(q, Whole, nil)
	if len(groups) == 0 {
		return Tally{}
	}
	return groups[0].Tally
}

// Break counts by groups, those without a case left out, in the order of their keys. cuts are the moments at which ByMonth begins
// anew, in order; what was opened before the first is left out.
func (b *Book) Break(q Query, by By, cuts []time.Time) []Group {
	_, groups := b.divide(q, by, cuts, false)
	return groups
}

// Divide counts a query's cases as one and by groups, in one scan.
func (b *Book) Divide(q Query, by By) (whole Tally, groups []Group) {
	return b.divide(q, by, nil, true)
}

func (b *Book) divide(q Query, by By, cuts []time.Time, asOne bool) (whole Tally, groups []Group) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	s, ok := b.sieve(q, by, cuts)
	if !ok {
		return whole, nil
	}
	if s.late {
		return b.lates(s)
	}
	whole, tallies := b.scan(s, asOne)
	groups = make([]Group, 0, len(tallies))
	for i := range tallies {
		if tallies[i].Received > 0 {
			groups = append(groups, Group{s.keys[i], tallies[i]})
		}
	}
	slices.SortFunc(groups, func(x, y Group) int { return cmp.Compare(x.Key, y.Key) })
	return whole, groups
}

// filled is how many rows of a block are in use.
func (b *Book) filled(i int) int { return min(blockRows, int(b.rows.n)-i*blockRows) }

// sieve is a query made ready for a scan: for every word of a column the group it belongs to, or out. One column at most groups;
// in the others what is not out is 0, so that the groups of a row's words need only be joined by or. A column whose words are all 0 is nil
// and need not be read.
type sieve struct {
	area, category, channel, unit, officials, had, lain []int32
	kind                                                []int32
	from, until, now                                    uint32
	late                                                bool
	cuts                                                []uint32
	keys                                                []string
	// sets are, of ByOfficial, ByHad and ByLain, the officials, units or areas that each group of rows counts for, none of cases that none has had; of others nil.
	sets [][]int32
	// plain: nobody asks how long anything took.
	plain bool
}

const out = -1

func (b *Book) sieve(q Query, by By, cuts []time.Time) (*sieve, bool) {
	v := q.Sight
	if v.None || v.Area == nil || v.Reporter != "" || v.Mediator != "" || v.Case != "" || v.Unit != "" && q.Unit != "" && v.Unit != q.Unit {
		return nil, false
	}
	area, ok := narrower(*v.Area, q.Area)
	if !ok {
		return nil, false
	}
	s := &sieve{from: seconds(q.From), until: math.MaxUint32, now: seconds(q.Now), late: q.Late}
	if q.Late {
		s.from = max(s.from, 1) // never is in no period
	}
	if !q.Until.IsZero() {
		s.until = seconds(q.Until)
	}
	group := func(word string) string { return word }
	s.area = s.sort(&b.area, by == ByArea, func(w string) bool { return inside(area, w) }, func(w string) string {
		return string(grid.Code(w).Below(cmp.Or(q.Depth, area.Depth()+1)))
	})
	s.category = s.sort(&b.category, by == ByCategory, is(q.Category), group)
	s.channel = s.sort(&b.channel, by == ByChannel || by == BySource, q.comes, q.channelGroup(by))
	s.unit = s.sort(&b.unit, by == ByUnit, is(cmp.Or(v.Unit, q.Unit)), group)
	s.officials = s.members(&b.officials, by == ByOfficial, q.Official)
	s.had = s.members(&b.had, by == ByHad, q.HadBy)
	if by == ByLain {
		s.lain = s.parts(&b.lain, area, cmp.Or(q.Depth, area.Depth()+1))
	}
	s.kind = make([]int32, len(b.kinds.all))
	for code, k := range b.kinds.all {
		if !k.sets.Has(receivedSet) || mediation.Withholds(wordsOf(k.kept), v.Except) {
			s.kind[code] = out
		}
	}
	switch by {
	case Whole:
		s.keys = []string{""}
	case ByMonth:
		for _, t := range cuts {
			s.cuts, s.keys = append(s.cuts, seconds(t)), append(s.keys, t.Format(time.RFC3339))
		}
	}
	return s, len(s.keys) > 0
}

// comes tells whether a channel is among those asked for.
func (q *Query) comes(channel string) bool {
	return is(q.Channel)(channel) && (q.Source == "" || q.SourceOf(channel) == q.Source)
}

func (q *Query) channelGroup(by By) func(string) string {
	if by == BySource && q.SourceOf != nil {
		return q.SourceOf
	}
	return func(channel string) string { return channel }
}

// narrower is the ground that two areas share.
func narrower(a, b grid.Code) (grid.Code, bool) {
	if a.Contains(b) {
		return b, true
	}
	return a, b.Contains(a)
}

// is selects one word, any if it is "".
func is(want string) func(string) bool {
	return func(word string) bool { return want == "" || word == want }
}

// sort gives every word of a column its group.
func (s *sieve) sort(n *names, groups bool, among func(string) bool, group func(string) string) []int32 {
	of, seen, matters := make([]int32, len(n.all)), map[string]int32{}, groups
	for code, word := range n.all {
		switch {
		case !among(word):
			of[code], matters = out, true
		case groups:
			key := group(word)
			g, ok := seen[key]
			if !ok {
				g = int32(len(s.keys))
				seen[key], s.keys = g, append(s.keys, key)
			}
			of[code] = g
		}
	}
	if !matters {
		return nil
	}
	return of
}

// members gives every set of a column its group, which stands for a group of each of its members.
func (s *sieve) members(n *names, groups bool, want string) []int32 {
	if !groups && want == "" {
		return nil
	}
	of, seen := make([]int32, len(n.all)), map[string]int32{}
	for code, word := range n.all {
		members := wordsOf(word)
		switch {
		case want != "" && !slices.Contains(members, want):
			of[code] = out
		case groups:
			of[code] = s.set(members, seen)
		}
	}
	return of
}

// parts gives every set of areas its group, which stands for one of each part of the ground that it is of.
func (s *sieve) parts(n *names, ground grid.Code, depth int) []int32 {
	of, seen := make([]int32, len(n.all)), map[string]int32{}
	for code, word := range n.all {
		var parts []string
		for _, area := range wordsOf(word) {
			if part := string(grid.Code(area).Below(depth)); inside(ground, area) && !slices.Contains(parts, part) {
				parts = append(parts, part)
			}
		}
		of[code] = s.set(parts, seen)
	}
	return of
}

// set makes a group of members, each of which is a group; seen are those that are one.
func (s *sieve) set(members []string, seen map[string]int32) int32 {
	set := make([]int32, len(members))
	for i, id := range members {
		g, ok := seen[id]
		if !ok {
			g = int32(len(s.keys))
			seen[id], s.keys = g, append(s.keys, id)
		}
		set[i] = g
	}
	s.sets = append(s.sets, set)
	return int32(len(s.sets) - 1)
}

// groups writes the groups of a block's first rows, or out, a column after another: what a query does not ask for is not read.
func (s *sieve) groups(k *block, n int, into []int32) {
	into = into[:n]
	for i, kind := range k.kind[:n] {
		into[i] = s.kind[kind]
	}
	if s.from > 0 || s.until < math.MaxUint32 {
		for i, opened := range k.opened[:n] {
			if opened < s.from || opened >= s.until {
				into[i] = out
			}
		}
	}
	for _, c := range [...]struct {
		codes *[blockRows]uint32
		group []int32
	}{{&k.area, s.area}, {&k.category, s.category}, {&k.channel, s.channel}, {&k.unit, s.unit}, {&k.officials, s.officials}, {&k.had, s.had}, {&k.lain, s.lain}} {
		if c.group == nil {
			continue
		}
		for i, code := range c.codes[:n] {
			into[i] |= c.group[code]
		}
	}
	if s.cuts == nil {
		return
	}
	for i, opened := range k.opened[:n] {
		if into[i] < 0 {
			continue
		}
		if month := int32(sort.Search(len(s.cuts), func(j int) bool { return s.cuts[j] > opened })) - 1; month >= 0 {
			into[i] = into[i]*int32(len(s.cuts)) + month
		} else {
			into[i] = out
		}
	}
}

// What the states mean to figures, by their numbers.
var (
	settled          = stateCode[mediation.Settled]
	over, unresolved = marks()
)

// marks tells of each state whether it is over, and whether it says that mediation came to nothing.
func marks() (over, unresolved [256]bool) {
	for _, s := range mediation.States {
		over[stateCode[s.State]] = s.Over
	}
	for _, s := range []mediation.State{mediation.Unsettled, mediation.Failed, mediation.Exited} {
		unresolved[stateCode[s]] = true
	}
	return over, unresolved
}

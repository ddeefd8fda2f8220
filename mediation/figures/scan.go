package figures

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"sync"
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
	// Source is of the policy in force, which SourceOf reads it of a channel by; both go together.
	Source      string
	SourceOf    func(channel string) string
	From, Until time.Time // opened from inclusive, until exclusive
	Now         time.Time // by which it is judged what is overdue
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
	b.mu.RLock()
	defer b.mu.RUnlock()
	s, ok := b.sieve(q, by, cuts)
	if !ok {
		return nil
	}
	tallies := make([]Tally, max(len(s.keys), len(s.sets)))
	for i, k := range b.blocks {
		s.count(k, b.filled(i), tallies)
	}
	tallies = b.spread(s, tallies)
	groups := make([]Group, 0, len(tallies))
	for i := range tallies {
		if tallies[i].Received > 0 {
			groups = append(groups, Group{s.keys[i], tallies[i]})
		}
	}
	slices.SortFunc(groups, func(x, y Group) int { return cmp.Compare(x.Key, y.Key) })
	return groups
}

// filled is how many rows of a block are in use.
func (b *Book) filled(i int) int { return min(blockRows, int(b.rows.n)-i*blockRows) }

// sieve is a query made ready for a scan: for every word of a column the group it belongs to, or out. One column at most groups;
// in the others what is not out is 0, so that the groups of a row's four words need only be joined by or.
type sieve struct {
	area, category, channel, unit []int32
	officials                     []int32 // nil where nothing asks for them
	from, until, now              uint32
	cuts                          []uint32
	keys                          []string
	// sets are, of ByOfficial, the officials that each group of rows counts for; of others nil.
	sets [][]int32
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
	s := &sieve{from: seconds(q.From), until: math.MaxUint32, now: seconds(q.Now)}
	if !q.Until.IsZero() {
		s.until = seconds(q.Until)
	}
	group := func(word string) string { return word }
	s.area = s.sort(&b.area, by == ByArea, func(w string) bool { return inside(area, w) }, func(w string) string {
		return string(grid.Code(w).Prefix(area.Depth() + 1))
	})
	s.category = s.sort(&b.category, by == ByCategory, is(q.Category), group)
	s.channel = s.sort(&b.channel, by == ByChannel || by == BySource, q.comes, q.channelGroup(by))
	s.unit = s.sort(&b.unit, by == ByUnit, is(cmp.Or(v.Unit, q.Unit)), group)
	if by == ByOfficial || q.Official != "" {
		s.official(&b.officials, by == ByOfficial, q.Official)
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
	of, seen := make([]int32, len(n.words)), map[string]int32{}
	for code, word := range n.words {
		switch {
		case !among(word):
			of[code] = out
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
	return of
}

// official gives every set of officials that there is its group, which stands for a group of each of them.
func (s *sieve) official(n *names, groups bool, want string) {
	s.officials = make([]int32, len(n.words))
	seen := map[string]int32{}
	for code, word := range n.words {
		people := officialsOf(word)
		switch {
		case want != "" && !slices.Contains(people, want), groups && len(people) == 0:
			s.officials[code] = out
		case groups:
			set := make([]int32, len(people))
			for i, id := range people {
				g, ok := seen[id]
				if !ok {
					g = int32(len(s.keys))
					seen[id], s.keys = g, append(s.keys, id)
				}
				set[i] = g
			}
			s.officials[code] = int32(len(s.sets))
			s.sets = append(s.sets, set)
		}
	}
}

// of is the group of a row, or out.
func (s *sieve) of(k *block, i int) int32 {
	opened := k.opened[i]
	if opened < s.from || opened >= s.until || k.state[i] == joined {
		return out
	}
	g := s.area[k.area[i]] | s.category[k.category[i]] | s.channel[k.channel[i]] | s.unit[k.unit[i]]
	if s.officials != nil {
		g |= s.officials[k.officials[i]]
	}
	if g >= 0 && s.cuts != nil {
		g = int32(sort.Search(len(s.cuts), func(j int) bool { return s.cuts[j] > opened })) - 1
	}
	return g
}

// What the states mean to figures, by their numbers.
var (
	joined                  = stateCode[mediation.Joined]
	settled                 = stateCode[mediation.Settled]
	over, ended, unresolved = marks()
)

// marks tells of each state whether it is over, whether a case that was closed and stands there has not been taken up again since,
// and whether it says that mediation came to nothing.
func marks() (over, ended, unresolved [256]bool) {
	for _, s := range mediation.States {
		over[stateCode[s.State]] = s.Over
	}
	for _, s := range []mediation.State{mediation.Closed, mediation.Settled, mediation.Unsettled, mediation.Exited} {
		ended[stateCode[s]] = true
	}
	for _, s := range []mediation.State{mediation.Unsettled, mediation.Failed, mediation.Exited} {
		unresolved[stateCode[s]] = true
	}
	return over, ended, unresolved
}

// isClosed tells whether a row's procedure is over (办结).
func (k *block) isClosed(i int) bool { return k.closed[i] != 0 && ended[k.state[i]] }

// bit is 1 where the mark is set.
func bit(marks, mark uint8) int {
	if marks&mark != 0 {
		return 1
	}
	return 0
}

func (s *sieve) count(k *block, n int, tallies []Tally) {
	for i := range n {
		g := s.of(k, i)
		if g < 0 {
			continue
		}
		t, state := &tallies[g], k.state[i]
		t.Received++
		t.States[state%maxStates]++
		if !over[state] {
			t.Open++
		}
		if due := k.until[i]; due != 0 && due < s.now {
			t.Overdue++
		}
		late, closed := k.breached[i], k.isClosed(i)
		if late != 0 {
			t.Breached++
		}
		if closed {
			t.Closed++
			t.Closing.N++
			if late == 0 || late > k.closed[i] {
				t.InTime++
			}
		}
		if state == settled {
			t.Settled++
		}
		if closed || unresolved[state] {
			t.Concluded++
		}
		if k.repeats[i] > 0 {
			t.Reopened++
		}
		if k.petition[i] != 0 {
			t.petition(k.petition[i], state, closed, k.repeats[i] > 0)
		}
		t.PassedOn += bit(k.marks[i], passedOn)
		t.AtOnce += bit(k.marks[i], atOnce)
		t.Studied += bit(k.marks[i], studied)
		if k.accepted[i] != 0 {
			t.Acceptance.N++
		}
		if k.agreed[i] != 0 {
			t.Agreement.N++
		}
		t.Satisfied += int(k.satisfied[i])
		t.Dissatisfied += int(k.dissatisfied[i])
	}
}

// room lends the room in which times are put into order.
var room = sync.Pool{New: func() any { return new([]uint32) }}

// spread finds the medians and ninetieth percentiles: a second scan puts every group's times side by side.
func (b *Book) spread(s *sieve, tallies []Tally) []Tally {
	ends, total := make([][3]int, len(tallies)), 0 // where the next time of each kind goes
	for g := range tallies {
		for what, p := range tallies[g].spreads() {
			ends[g][what] = total
			total += p.N
		}
	}
	lent := room.Get().(*[]uint32)
	defer room.Put(lent)
	*lent = slices.Grow((*lent)[:0], total)[:total]
	for n, k := range b.blocks {
		s.times(k, b.filled(n), ends, *lent)
	}
	of := func(g, what int) []uint32 { return (*lent)[ends[g][what]-tallies[g].spreads()[what].N : ends[g][what]] }
	if s.sets != nil {
		return s.each(tallies, of)
	}
	for g := range tallies {
		for what, p := range tallies[g].spreads() {
			p.set(of(g, what))
		}
	}
	return tallies
}

// each makes of what was counted of sets of officials a tally of every one of them. A case is counted once in the scan, however many
// officials it has.
func (s *sieve) each(sets []Tally, times func(set, what int) []uint32) []Tally {
	all, member := make([]Tally, len(s.keys)), make([][]int, len(s.keys))
	for set, officials := range s.sets {
		for _, one := range officials {
			all[one].plus(&sets[set])
			member[one] = append(member[one], set)
		}
	}
	var own []uint32
	for one := range all {
		for what, p := range all[one].spreads() {
			own = own[:0]
			for _, set := range member[one] {
				own = append(own, times(set, what)...)
			}
			p.set(own)
		}
	}
	return all
}

// times writes how long a block's cases took to where their groups' times go on. A clock that was set back makes nothing negative.
func (s *sieve) times(k *block, n int, ends [][3]int, into []uint32) {
	for i := range n {
		g := s.of(k, i)
		if g < 0 {
			continue
		}
		at, opened := &ends[g], k.opened[i]
		if t := k.accepted[i]; t != 0 {
			into[at[0]] = max(t, opened) - opened
			at[0]++
		}
		if t := k.agreed[i]; t != 0 {
			into[at[1]] = max(t, opened) - opened
			at[1]++
		}
		if k.isClosed(i) {
			into[at[2]] = max(k.closed[i], opened) - opened
			at[2]++
		}
	}
}

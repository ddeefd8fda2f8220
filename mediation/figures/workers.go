package figures

import (
	"runtime"
	"slices"
	"sync"
)

// scan counts a sieve's groups and finds their medians and ninetieth percentiles; of all of them together, too, if that is asked for. Each
// processor takes a part of the blocks: first it notes every row's group and counts, then it puts the times of every group side by side.
func (b *Book) scan(s *sieve, asOne bool) (whole Tally, tallies []Tally) {
	lent := room.Get().(*scratch)
	defer room.Put(lent)
	parts := b.parts(s, lent)
	together(len(parts), func(i int) { parts[i].count() })
	tallies = make([]Tally, max(len(s.keys), len(s.sets)))
	for i := range parts {
		for g := range tallies {
			tallies[g].plus(&parts[i].tallies[g])
		}
	}
	if s.plain {
		return whole, tallies
	}
	of := lent.layOut(parts, tallies)
	together(len(parts), func(i int) { parts[i].times(lent.times) })
	groups := tallies
	if s.sets != nil {
		groups = s.each(tallies, of)
	} else {
		together(len(tallies), func(g int) {
			for what, p := range tallies[g].spreads() {
				p.set(of(g, what))
			}
		})
	}
	if !asOne {
		return whole, groups
	}
	for g := range tallies {
		whole.plus(&tallies[g])
	}
	at, spreads := [4]int{}, whole.spreads()
	for what, p := range spreads { // the times of all groups lie side by side
		at[what+1] = at[what] + p.N
	}
	together(len(spreads), func(what int) { spreads[what].set(lent.times[at[what]:at[what+1]]) })
	return whole, groups
}

// scratch is what a scan writes into: the group of every row, and times to be put into order.
type scratch struct {
	groups []int32
	times  []uint32
}

// room lends it.
var room = sync.Pool{New: func() any { return new(scratch) }}

// part is some of a book's blocks, which one processor looks at.
type part struct {
	*sieve
	book    *Book
	blocks  []*block
	groups  []int32 // of the rows of the blocks, one after another
	tallies []Tally
	ends    [][3]int // where the next time of each kind goes
}

// parts gives each processor its blocks.
func (b *Book) parts(s *sieve, lent *scratch) []part {
	n, rows := max(1, min(runtime.GOMAXPROCS(0), len(b.blocks))), int(b.rows.n)
	lent.groups = slices.Grow(lent.groups[:0], rows)[:rows]
	parts := make([]part, n)
	for i := range parts {
		from, until := i*len(b.blocks)/n, (i+1)*len(b.blocks)/n
		parts[i] = part{sieve: s, book: b, blocks: b.blocks[from:until], groups: lent.groups[min(rows, from*blockRows):min(rows, until*blockRows)]}
	}
	return parts
}

// mostCells is how many counts of kinds by groups are kept side by side; where there are more, each row is counted at once.
const mostCells = 1 << 18

func (p *part) count() {
	width, groups := len(p.book.kinds.all), max(len(p.keys), len(p.sets))
	p.tallies = make([]Tally, groups)
	var held []uint32
	if width*groups <= mostCells {
		held = make([]uint32, width*groups)
	}
	for n, k := range p.blocks {
		of := p.groups[n*blockRows : min((n+1)*blockRows, len(p.groups))]
		p.sieve.groups(k, len(of), of)
		for i, g := range of {
			switch {
			case g < 0:
				continue
			case held != nil:
				held[int(g)*width+int(k.kind[i])]++
			default:
				p.tallies[g].add(p.book.kinds.all[k.kind[i]], 1)
			}
			if due := k.until[i]; due != 0 && due < p.now {
				p.tallies[g].Overdue++
			}
		}
	}
	for at, n := range held {
		if n > 0 {
			p.tallies[at/width].add(p.book.kinds.all[at%width], int(n))
		}
	}
}

// layOut finds where the times of every group go: those of one kind side by side, in them those of a group, in them those of a part.
func (l *scratch) layOut(parts []part, tallies []Tally) (of func(g, what int) []uint32) {
	total := 0
	starts := make([][3]int, len(tallies))
	for i := range parts {
		parts[i].ends = make([][3]int, len(tallies))
	}
	for what := range 3 {
		for g := range tallies {
			starts[g][what] = total
			for i := range parts {
				parts[i].ends[g][what] = total
				total += parts[i].tallies[g].spreads()[what].N
			}
		}
	}
	l.times = slices.Grow(l.times[:0], total)[:total]
	return func(g, what int) []uint32 {
		return l.times[starts[g][what] : starts[g][what]+tallies[g].spreads()[what].N]
	}
}

// times writes how long the cases took to where their groups' times go on. A clock that was set back makes nothing negative.
func (p *part) times(into []uint32) {
	timed := make([]uint8, len(p.book.kinds.all))
	for code, k := range p.book.kinds.all {
		for what, bit := range [...]uint32{uint32(acceptedBit), uint32(agreedBit), uint32(closedBit)} {
			if uint32(k.sets)&bit != 0 {
				timed[code] |= 1 << what
			}
		}
	}
	for n, k := range p.blocks {
		for i, g := range p.groups[n*blockRows : min((n+1)*blockRows, len(p.groups))] {
			if g < 0 {
				continue
			}
			what := timed[k.kind[i]]
			if what == 0 {
				continue
			}
			at, opened := &p.ends[g], k.opened[i]
			if what&1 != 0 {
				into[at[0]] = max(k.accepted[i], opened) - opened
				at[0]++
			}
			if what&2 != 0 {
				into[at[1]] = max(k.agreed[i], opened) - opened
				at[1]++
			}
			if what&4 != 0 {
				into[at[2]] = max(k.closed[i], opened) - opened
				at[2]++
			}
		}
	}
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
	together(len(all), func(one int) {
		var own []uint32
		for what, p := range all[one].spreads() {
			own = slices.Grow(own[:0], p.N)
			for _, set := range member[one] {
				own = append(own, times(set, what)...)
			}
			p.set(own)
		}
	})
	return all
}

// together does n things, on as many processors as there are.
func together(n int, do func(int)) {
	hands := min(runtime.GOMAXPROCS(0), n)
	if hands <= 1 {
		for i := range n {
			do(i)
		}
		return
	}
	var all sync.WaitGroup
	for hand := range hands {
		all.Go(func() {
			for i := hand; i < n; i += hands {
				do(i)
			}
		})
	}
	all.Wait()
}

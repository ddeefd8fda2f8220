package figures

import (
	"cmp"
	"slices"
)

// lates counts the cases of a sieve that were first late in its period, as one and by groups. Few cases ever are, so that little more than
// one column is read.
func (b *Book) lates(s *sieve) (whole Tally, groups []Group) {
	counts := make([]int, len(s.keys))
	for n, k := range b.blocks {
		for i, at := range k.late[:b.filled(n)] {
			if at < s.from || at >= s.until {
				continue
			}
			g := s.groupOf(k, i)
			if g < 0 {
				continue
			}
			whole.Received++
			if s.sets == nil {
				counts[g]++
				continue
			}
			for _, one := range s.sets[g] {
				counts[one]++
			}
		}
	}
	for g, n := range counts {
		if n > 0 {
			groups = append(groups, Group{s.keys[g], Tally{Received: n}})
		}
	}
	slices.SortFunc(groups, func(x, y Group) int { return cmp.Compare(x.Key, y.Key) })
	return whole, groups
}

// groupOf is the group of one row, or out.
func (s *sieve) groupOf(k *block, i int) int32 {
	g := s.kind[k.kind[i]]
	for _, c := range [...]struct {
		code  uint32
		group []int32
	}{{k.area[i], s.area}, {k.category[i], s.category}, {k.channel[i], s.channel}, {k.unit[i], s.unit}, {k.officials[i], s.officials}, {k.had[i], s.had}} {
		if c.group != nil {
			g |= c.group[c.code]
		}
	}
	return g
}

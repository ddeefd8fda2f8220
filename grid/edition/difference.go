package edition

import (
	"cmp"
	"slices"

	"fengqiao/grid"
	"fengqiao/grid/survey"
)

// Kind says what became of cells.
type Kind string

// The kinds of change, in the order in which they are told.
const (
	Added   Kind = "added"   // new ground, or ground of several cells none of which is mostly in it
	Removed Kind = "removed" // its ground is nobody's, or has been dealt out to several
	Split   Kind = "split"   // one cell has become several
	Merged  Kind = "merged"  // several cells have become one
	Redrawn Kind = "redrawn" // several cells have become several others
	Recoded Kind = "recoded" // the same ground under another code
	Moved   Kind = "moved"   // the border of a cell has moved
	Renamed Kind = "renamed" // the same code with another name
)

// Kinds is every kind there is, in the order in which changes are told.
var Kinds = []Kind{Added, Removed, Split, Merged, Redrawn, Recoded, Moved, Renamed}

// Names are the kinds in Chinese and English.
var Names = map[Kind][2]string{
	Added:   {"新增", "added"},
	Removed: {"撤销", "removed"},
	Split:   {"拆分", "split"},
	Merged:  {"合并", "merged"},
	Redrawn: {"重划", "redrawn"},
	Recoded: {"改编码", "recoded"},
	Moved:   {"边界调整", "border moved"},
	Renamed: {"改名", "renamed"},
}

// Change is something that became of cells.
type Change struct {
	Kind          Kind
	Before, After []grid.Code // in code order; nil for what was or is not there
	// Lost and Gained are the ground that went to other cells or to nobody and that came from them, in square metres.
	Lost, Gained float64
}

// Difference is what changes from one edition to the next.
type Difference struct {
	Before, After *grid.Plan
	Changes       []Change
	// Same is how many cells have the same code and ground as before.
	Same int
	// Rough says that the borders could not be laid over each other, so that ground was dealt out cell by cell, by where
	// the centre of each lies.
	Rough bool

	estates map[grid.Code]*estate // of the cells before that changed
}

// estate is the ground of a cell before: how much it was, and whose it is now, in square metres.
type estate struct {
	whole float64
	heirs map[grid.Code]float64
}

// slight is the ground in square metres below which nothing counts as changed: less than any survey tells.
const slight = 1

// Compare finds the difference between two plans. Only cells whose code or shape is not in both are laid over each other.
func Compare(before, after *grid.Plan) *Difference {
	c := comparison{d: &Difference{Before: before, After: after, estates: map[grid.Code]*estate{}}}
	c.sift()
	c.measure()
	c.tell()
	return c.d
}

// comparison is a Difference in the making.
type comparison struct {
	d             *Difference
	before, after []grid.Cell // those that changed
	shares        []survey.Share
	was, is       []float64 // the ground of each, in square metres
	renamed       []grid.Code
}

// sift sets aside what is the same in both; both plans list their cells in code order.
func (c *comparison) sift() {
	b, a := c.d.Before, c.d.After
	for i, j := 0, 0; i < b.Len() || j < a.Len(); {
		order := 0
		switch {
		case i == b.Len():
			order = 1
		case j == a.Len():
			order = -1
		default:
			order = grid.CompareCodes(b.CodeAt(i), a.CodeAt(j))
		}
		switch {
		case order < 0:
			c.before = append(c.before, b.At(i))
			i++
		case order > 0:
			c.after = append(c.after, a.At(j))
			j++
		default:
			was, is := b.At(i), a.At(j)
			if was.Name != is.Name {
				c.renamed = append(c.renamed, was.Code)
			}
			if was.Shape.Equal(is.Shape) {
				c.d.Same++
			} else {
				c.before, c.after = append(c.before, was), append(c.after, is)
			}
			i, j = i+1, j+1
		}
	}
}

// measure lays what changed over each other.
func (c *comparison) measure() {
	var err error
	if c.shares, err = survey.Shares(c.before, c.after); err != nil {
		c.d.Rough = true
		c.shares = c.byCentres()
	}
	c.add()
}

// add sums the shares up by cell.
func (c *comparison) add() {
	c.was, c.is = make([]float64, len(c.before)), make([]float64, len(c.after))
	for _, cell := range c.before {
		c.d.estates[cell.Code] = &estate{heirs: map[grid.Code]float64{}}
	}
	for _, s := range c.shares {
		if s.After != survey.Nobody {
			c.is[s.After] += s.SquareMetres
		}
		if s.Before == survey.Nobody {
			continue
		}
		c.was[s.Before] += s.SquareMetres
		e := c.d.estates[c.before[s.Before].Code]
		e.whole += s.SquareMetres
		if s.After != survey.Nobody {
			e.heirs[c.after[s.After].Code] += s.SquareMetres
		}
	}
}

// byCentres deals the ground out cell by cell, as if each had a square kilometre: to the cell that its centre lies in.
func (c *comparison) byCentres() (shares []survey.Share) {
	const whole = 1e6
	position, given := map[grid.Code]int{}, make([]bool, len(c.after))
	for j, cell := range c.after {
		position[cell.Code] = j
	}
	for i, cell := range c.before {
		share := survey.Share{Before: i, After: survey.Nobody, SquareMetres: whole}
		if centre, ok := c.d.Before.Centre(cell.Code); ok {
			owner, _ := c.d.After.Locate(centre)
			if j, changed := position[owner.Code]; changed {
				share.After, given[j] = j, true
			}
		}
		shares = append(shares, share)
	}
	for j := range c.after {
		if !given[j] {
			shares = append(shares, survey.Share{Before: survey.Nobody, After: j, SquareMetres: whole})
		}
	}
	return shares
}

// tell names what became of the cells: those that have most of each other's ground belong together.
func (c *comparison) tell() {
	groups := c.groups()
	c.balance(groups)
	for _, g := range groups {
		c.name(g)
	}
	for _, code := range c.renamed {
		c.d.Changes = append(c.d.Changes, Change{Kind: Renamed, Before: []grid.Code{code}, After: []grid.Code{code}})
	}
	slices.SortStableFunc(c.d.Changes, func(x, y Change) int {
		return cmp.Or(cmp.Compare(slices.Index(Kinds, x.Kind), slices.Index(Kinds, y.Kind)), grid.CompareCodes(x.first(), y.first()))
	})
}

func (x *Change) first() grid.Code {
	if len(x.Before) > 0 {
		return x.Before[0]
	}
	return x.After[0]
}

// group is cells before and after that belong together, by position, ascending, and the ground that left and joined them.
type group struct {
	before, after []int
	lost, gained  float64
}

// groups joins a cell before with one after where at least half of either's ground is the other's. Where that makes a group of the
// same codes before and after, only borders have moved, and each cell stands for itself.
func (c *comparison) groups() []*group {
	n := len(c.before)
	root := make([]int, n+len(c.after))
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	for _, s := range c.shares {
		if s.Before == survey.Nobody || s.After == survey.Nobody {
			continue
		}
		if 2*s.SquareMetres >= c.was[s.Before] || 2*s.SquareMetres >= c.is[s.After] {
			a, b := find(s.Before), find(n+s.After)
			root[max(a, b)] = min(a, b)
		}
	}
	at := map[int]*group{}
	var groups []*group
	for i := range root {
		g := at[find(i)]
		if g == nil {
			g = &group{}
			at[find(i)], groups = g, append(groups, g)
		}
		if i < n {
			g.before = append(g.before, i)
		} else {
			g.after = append(g.after, i-n)
		}
	}
	var out []*group
	for _, g := range groups {
		if !slices.Equal(codes(c.before, g.before), codes(c.after, g.after)) {
			out = append(out, g)
			continue
		}
		for k := range g.before {
			out = append(out, &group{before: g.before[k : k+1], after: g.after[k : k+1]})
		}
	}
	return out
}

// codes are those of some cells, in code order.
func codes(cells []grid.Cell, at []int) (out []grid.Code) {
	for _, i := range at {
		out = append(out, cells[i].Code)
	}
	return out
}

// balance sums up the ground that left and joined each group.
func (c *comparison) balance(groups []*group) {
	from, to := make([]*group, len(c.before)), make([]*group, len(c.after))
	for _, g := range groups {
		for _, i := range g.before {
			from[i] = g
		}
		for _, j := range g.after {
			to[j] = g
		}
	}
	for _, s := range c.shares {
		var a, b *group
		if s.Before != survey.Nobody {
			a = from[s.Before]
		}
		if s.After != survey.Nobody {
			b = to[s.After]
		}
		if a == b {
			continue
		}
		if a != nil {
			a.lost += s.SquareMetres
		}
		if b != nil {
			b.gained += s.SquareMetres
		}
	}
}

// name tells a group's change.
func (c *comparison) name(g *group) {
	x := Change{Before: codes(c.before, g.before), After: codes(c.after, g.after), Lost: g.lost, Gained: g.gained}
	switch {
	case len(g.before) == 0:
		x.Kind = Added
	case len(g.after) == 0:
		x.Kind = Removed
	case slices.Equal(x.Before, x.After):
		if x.Kind = Moved; x.Lost <= slight && x.Gained <= slight {
			c.d.Same++
			return
		}
	case len(g.before) == 1 && len(g.after) == 1:
		x.Kind = Recoded
	case len(g.before) == 1:
		x.Kind = Split
	case len(g.after) == 1:
		x.Kind = Merged
	default:
		x.Kind = Redrawn
	}
	c.d.Changes = append(c.d.Changes, x)
}

package survey

import (
	"cmp"
	"maps"
	"slices"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// laidOver tells what shows when all borders are laid over each other.
func (in *inspection) laidOver(n *net) {
	found, ok := n.contacts(false)
	if !ok {
		in.tangled(n)
		return
	}
	in.itself(n, found)
	if !n.cut(found) {
		in.tangled(n)
		return
	}
	f := newFaces(n)
	in.overlaps(f)
	in.gaps(f)
	in.strays(f)
}

func (in *inspection) tangled(n *net) {
	f := in.about(Tangled)
	f.Size = float64(len(n.lines))
	in.found = append(in.found, f)
}

// overlaps tells, for each two cells, the ground that both cover.
func (in *inspection) overlaps(f *faces) {
	both := map[[2]int][]int32{}
	for face := 1; face < len(f.cycles); face++ {
		cells := f.covering(int32(face))
		for k, i := range cells {
			for _, j := range cells[:k] {
				if !in.layered(i, j) {
					both[[2]int{j, i}] = append(both[[2]int{j, i}], int32(face))
				}
			}
		}
	}
	for _, pair := range slices.SortedFunc(maps.Keys(both), func(a, b [2]int) int { return slices.Compare(a[:], b[:]) }) {
		in.tellGround(in.about(Overlap, pair[:]...), f, both[pair])
	}
}

// layered tells whether one cell is meant to lie over the other: its code lies inside the other's.
func (in *inspection) layered(i, j int) bool {
	a, b := in.cells[i].Code, in.cells[j].Code
	return a != b && a != "" && b != "" && (a.Contains(b) || b.Contains(a))
}

// gaps tells the ground that cells enclose and none covers.
func (in *inspection) gaps(f *faces) {
	seen := make([]bool, len(f.cycles))
	f.bare(0, seen)
	for face := range f.cycles {
		if seen[face] || len(f.covering(int32(face))) > 0 {
			continue
		}
		gap, rim := f.bare(int32(face), seen)
		in.tellGround(in.about(Gap, rim...), f, gap)
	}
}

// bare is the faces that no cell covers and that can be come to from one of them without entering a cell, and the cells
// around them. Lines may lie between: the rim of a hole beside its shell parts nothing.
func (f *faces) bare(face int32, seen []bool) (list []int32, rim []int) {
	list = []int32{face}
	seen[face] = true
	around := map[int]bool{}
	for k := 0; k < len(list); k++ {
		f.edges(list[k], func(h int32) {
			beyond := f.face[f.cycle[h^1]]
			cells := f.covering(beyond)
			for _, i := range cells {
				around[i] = true
			}
			if len(cells) == 0 && !seen[beyond] {
				seen[beyond] = true
				list = append(list, beyond)
			}
		})
	}
	return list, slices.Sorted(maps.Keys(around))
}

// strays tells the ground that a hole takes from where its shell is not.
func (in *inspection) strays(f *faces) {
	out := map[int32][]int32{}
	for face := 1; face < len(f.cycles); face++ {
		for _, hole := range f.strays(int32(face)) {
			out[hole] = append(out[hole], int32(face))
		}
	}
	for _, hole := range slices.Sorted(maps.Keys(out)) {
		in.tellGround(in.ofRing(HoleOutside, f.net, hole), f, out[hole])
	}
}

// tellGround tells a finding about ground, at the largest of its faces, if it is large enough.
func (in *inspection) tellGround(about Finding, f *faces, list []int32) {
	type patch struct {
		poly orb.Polygon
		size float64
	}
	patches := make([]patch, len(list))
	for k, face := range list {
		poly := f.ground(face)
		patches[k] = patch{poly, max(area(poly), 0)}
		about.Size += patches[k].size
	}
	if about.Size <= in.o.leastArea() {
		return
	}
	slices.SortStableFunc(patches, func(a, b patch) int { return cmp.Compare(b.size, a.size) })
	for _, p := range patches {
		about.Ground = append(about.Ground, p.poly)
	}
	in.tell(about, grid.InnerPoint(about.Ground[:1]))
}

package figures

import (
	"math/bits"
	"slices"
)

const (
	fewTimes = 256 // so many are sorted outright
	sliceBit = 11  // others are parted into 2,048 slices of their range at once
)

// percentiles are the least of the times that p and q of a hundred do not exceed (nearest rank), p no greater than q; 0 of none. It
// changes their order.
func percentiles(times []uint32, p, q int) (uint32, uint32) {
	if len(times) == 0 {
		return 0, 0
	}
	all := uint32(0)
	for _, v := range times {
		all |= v
	}
	rank := func(p int) int { return (len(times)*p+99)/100 - 1 }
	return nths(times, rank(p), rank(q), max(0, bits.Len32(all)-sliceBit))
}

// nths is what would stand at n and at m, which is no less, if the times were in order. They are alike in all bits above the slices', which begin at
// shift: the slices that hold the two are found by counting, moved to the front, and parted again by the bits below. So that is three times at
// most, whatever their order and however they lie.
func nths(times []uint32, n, m, shift int) (uint32, uint32) {
	if len(times) <= fewTimes {
		slices.Sort(times)
		return times[n], times[m]
	}
	slice := func(v uint32) uint32 { return v >> shift & (1<<sliceBit - 1) }
	var held [1 << sliceBit]int
	for _, v := range times {
		held[slice(v)]++
	}
	one, before := sliceOf(&held, n)
	other, within := sliceOf(&held, m)
	front := times[:gather(times, func(v uint32) bool { return slice(v) == one || slice(v) == other })]
	split := gather(front, func(v uint32) bool { return slice(v) == one })
	below := max(0, shift-sliceBit)
	switch {
	case shift == 0: // all of a slice are the same
		return front[0], front[len(front)-1]
	case one == other:
		return nths(front, n-before, m-before, below)
	}
	of, _ := nths(front[:split], n-before, n-before, below)
	to, _ := nths(front[split:], m-within, m-within, below)
	return of, to
}

// sliceOf is the slice that the n-th is in, and how many are in the slices before it.
func sliceOf(held *[1 << sliceBit]int, n int) (slice uint32, before int) {
	for n-before >= held[slice] {
		before += held[slice]
		slice++
	}
	return slice, before
}

// gather moves the wanted times to the front, and tells how many there are.
func gather(times []uint32, wanted func(uint32) bool) int {
	to := 0
	for i, v := range times {
		if wanted(v) {
			times[i], times[to] = times[to], v
			to++
		}
	}
	return to
}

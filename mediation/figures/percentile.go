package figures

import (
	"math/bits"
	"slices"
)

// percentile is the least of the times that p of a hundred do not exceed (nearest rank); 0 of none. It changes their order.
func percentile(times []uint32, p int) uint32 {
	if len(times) == 0 {
		return 0
	}
	return nth(times, (len(times)*p+99)/100-1)
}

const (
	fewTimes = 256 // so many are sorted outright
	sliceBit = 11  // others are parted into 2,048 slices of their range at once
)

// nth is what would stand at n if the times were in order: the slice that holds it is found by counting, moved to the front, and parted
// again. Three times at most, whatever their order and however they lie.
func nth(times []uint32, n int) uint32 {
	for len(times) > fewTimes {
		least, most := slices.Min(times), slices.Max(times)
		if least == most {
			return least
		}
		shift := max(0, bits.Len32(most-least)-sliceBit)
		var held [1 << sliceBit]int
		for _, v := range times {
			held[(v-least)>>shift&(1<<sliceBit-1)]++
		}
		slice := uint32(0)
		for n >= held[slice] {
			n -= held[slice]
			slice++
		}
		to := 0
		for i, v := range times {
			if (v-least)>>shift == slice {
				times[i], times[to] = times[to], v
				to++
			}
		}
		times = times[:to]
	}
	slices.Sort(times)
	return times[n]
}

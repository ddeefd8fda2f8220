package grid

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// spread does numbered tasks on all cores. Each task must write to places of its own; what comes out then depends on
// the tasks alone, not on who did them.
func spread(tasks int, do func(task int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), tasks) {
		wg.Go(func() {
			for {
				task := int(next.Add(1)) - 1
				if task >= tasks {
					return
				}
				do(task)
			}
		})
	}
	wg.Wait()
}

// tasks is into how many portions work on cells, polygons or tiles is cut: some for each core, as they differ in size.
const tasks = 64

// portion is the range of the n things that one of so many tasks does.
func portion(n, task, tasks int) (first, end int) { return n * task / tasks, n * (task + 1) / tasks }

// sorted is a list of things per bin, all lists in one slice: bin k has items[starts[k]:starts[k+1]].
type sorted[T any] struct {
	starts []uint32
	items  []T
}

func (s *sorted[T]) of(bin int) []T { return s.items[s.starts[bin]:s.starts[bin+1]] }

// sortInto sorts what the tasks emit into bins; within a bin the order is that of tasks and of emitting. Every task is
// run twice, to count and to fill, and must emit the same both times.
func sortInto[T any](bins, tasks int, each func(task int, emit func(bin int, item T))) sorted[T] {
	next := make([][]uint32, tasks) // first how many, then where the next goes
	spread(tasks, func(task int) {
		count := make([]uint32, bins)
		each(task, func(bin int, _ T) { count[bin]++ })
		next[task] = count
	})
	s := sorted[T]{starts: make([]uint32, bins+1)}
	at := uint32(0)
	for bin := range bins {
		s.starts[bin] = at
		for task := range tasks {
			at, next[task][bin] = at+next[task][bin], at
		}
	}
	s.starts[bins] = at
	s.items = make([]T, at)
	spread(tasks, func(task int) {
		where := next[task]
		each(task, func(bin int, item T) {
			s.items[where[bin]] = item
			where[bin]++
		})
	})
	return s
}

package grid

import "slices"

// set is a set of small numbers.
type set []uint64

func (s set) has(i int) bool { return s[i>>6]>>(i&63)&1 == 1 }
func (s set) flip(i int)     { s[i>>6] ^= 1 << (i & 63) }
func (s set) put(i int, v bool) {
	s[i>>6] &^= 1 << (i & 63)
	if v {
		s[i>>6] |= 1 << (i & 63)
	}
}

// stack lends slices that are given back in reverse order. A slice stays good when the stack moves to a larger place.
type stack[T any] struct{ items []T }

func (s *stack[T]) mark() int     { return len(s.items) }
func (s *stack[T]) release(n int) { s.items = s.items[:n] }
func (s *stack[T]) trim(n int)    { s.items = s.items[:len(s.items)-n] }

// take lends n zero items.
func (s *stack[T]) take(n int) []T {
	at := len(s.items)
	s.items = slices.Grow(s.items, n)[:at+n]
	clear(s.items[at:])
	return s.items[at : at+n : at+n]
}

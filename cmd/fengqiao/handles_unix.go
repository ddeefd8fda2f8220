//go:build unix

package main

import (
	"math"
	"syscall"
)

// handles is how many files and connections the process may have open; Go raises the soft limit to the hard one by itself.
func handles() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return math.MaxInt
	}
	return int(min(uint64(l.Cur), math.MaxInt32))
}

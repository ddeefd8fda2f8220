//go:build !linux

package simulate

import "testing"

// disk is a file system that a test can fill, which needs a mount namespace.
type disk struct{}

func smallDisk(t *testing.T, _ *installation) *disk {
	t.Helper()
	t.Skip("NOT TESTED: a full disk needs a mount namespace, which only Linux has")
	return nil
}

func (*disk) fill(int64)   {}
func (*disk) left() uint64 { return 0 }
func (*disk) free()        {}

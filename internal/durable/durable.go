// Package durable is what it takes for a file's name to survive a power cut.
package durable

import (
	"errors"
	"os"
)

// Folder makes the names in a folder durable: a new file that was synced itself can still be nameless without.
func Folder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Package realtest opens real data for tests.
package realtest

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// LosAngeles is a file of the real data of Los Angeles (docs/realdata.md), unpacked. It lies beside the checkout or where LA311 says;
// the test is skipped without. The test's package lies two folders below the top.
func LosAngeles(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("LA311")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data", "la311")
	}
	f, err := os.Open(filepath.Join(dir, name))
	if os.IsNotExist(err) {
		t.Skip("the real data of Los Angeles is not here: set LA311")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // only read
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

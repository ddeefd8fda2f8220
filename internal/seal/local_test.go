package seal_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fengqiao/internal/seal"
	"fengqiao/internal/seal/kektest"
)

func TestAnInstallationKeyInAFile(t *testing.T) {
	kektest.Run(t, func(t *testing.T) kektest.Keeper {
		dir := t.TempDir()
		path, err := seal.CreateInstallationKey(dir)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return kektest.Keeper{
			Open: func(t *testing.T) seal.KEK {
				k, err := seal.LoadInstallationKey(dir, func(string) string { return "" })
				if err != nil {
					t.Fatal(err)
				}
				return k
			},
			Rotate: func(t *testing.T) {
				if _, err := seal.AddEpoch(path); err != nil {
					t.Fatal(err)
				}
			},
			Destroy: func(t *testing.T, below int64) {
				text, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				lines := strings.SplitAfter(string(text), "\n")
				if err := os.WriteFile(filepath.Join(dir, seal.KeyFile), []byte(strings.Join(lines[below-1:], "")), 0o600); err != nil {
					t.Fatal(err)
				}
			},
			Secrets: []string{strings.TrimSpace(strings.TrimPrefix(string(text), "1:"))},
		}
	})
}

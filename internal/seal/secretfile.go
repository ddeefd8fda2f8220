package seal

import (
	"fmt"
	"io/fs"
	"os"
)

// ReadSecret reads a file that holds a secret of at most so many bytes. One that has any of the permissions in others is
// refused, with the command that mends it. Errors begin with what it is and never quote the content; fs.ErrNotExist if there
// is no such file.
func ReadSecret(what, path string, others fs.FileMode, most int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", what, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("%s: %w", what, err)
	}
	switch {
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s: %s is not a file", what, path)
	case info.Mode().Perm()&others != 0:
		return "", fmt.Errorf("%s: others may read or write %s (mode %#o); run: chmod 600 %s", what, path, info.Mode().Perm(), path)
	case info.Size() > most:
		return "", fmt.Errorf("%s: %s is too large to hold one (%d bytes)", what, path, info.Size())
	}
	text := make([]byte, info.Size())
	if _, err := f.ReadAt(text, 0); err != nil && len(text) > 0 {
		return "", fmt.Errorf("%s: %w", what, err)
	}
	return string(text), nil
}

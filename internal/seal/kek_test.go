package seal

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInstallationKeyTexts(t *testing.T) {
	a, b := NewInstallationKey(), NewInstallationKey()
	for _, c := range []struct {
		situation, text string
		newest          int64  // 0: refused
		says            string // of the refusal
	}{
		{"one key", a, 1, ""},
		{"a comment, spaces, a line end of Windows", "# made at install\r\n  " + a + " \r\n", 1, ""},
		{"two epochs", "1:" + a + "\n2:" + b, 2, ""},
		{"two epochs in the environment", a + ",7: " + b, 7, ""},
		{"nothing", "", 0, "no installation key"},
		{"a comment alone", "# nothing\n", 0, "no installation key"},
		{"too short", base64.StdEncoding.EncodeToString(make([]byte, 16)), 0, "32 bytes"},
		{"not base64", "%%%", 0, "entry 1"},
		{"epoch 0", "0:" + a, 0, "from 1"},
		{"an epoch twice", "1:" + a + "\n" + b, 0, "twice"},
		{"the same key twice", "1:" + a + "\n2:" + a, 0, "same key"},
	} {
		t.Run(c.situation, func(t *testing.T) {
			l, err := ParseInstallationKey(c.text)
			if c.newest == 0 {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Fatalf("got %v", err)
				}
				if strings.Contains(err.Error(), a[:8]) || strings.Contains(err.Error(), b[:8]) {
					t.Fatal("the error shows the key")
				}
				return
			}
			if err != nil || l.Newest() != c.newest {
				t.Fatalf("got %v, %v", l, err)
			}
			if shown := fmt.Sprintf("%v %+v %#v %s", l, l, l, l); strings.Contains(shown, a[:8]) || strings.Contains(shown, "{") {
				t.Errorf("a log line would show %s", shown)
			}
		})
	}
}

func env(pairs map[string]string) func(string) string {
	return func(name string) string { return pairs[name] }
}

func TestTheInstallationKeyIsFound(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	if _, err := LoadInstallationKey(dir, env(nil)); !errors.Is(err, ErrNoKey) {
		t.Fatalf("without any: %v", err)
	}
	path, err := CreateInstallationKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := CreateInstallationKey(dir); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("a second key was made over the first: %v", err)
	}
	if l, err := LoadInstallationKey(dir, env(nil)); err != nil || l.Newest() != 1 {
		t.Fatalf("in the data folder: %v, %v", l, err)
	}
	if epoch, err := AddEpoch(path); err != nil || epoch != 2 {
		t.Fatalf("AddEpoch = %d, %v", epoch, err)
	}
	if l, err := LoadInstallationKey(elsewhere, env(map[string]string{EnvKeyFile: path})); err != nil || l.Newest() != 2 {
		t.Fatalf("in a named file: %v, %v", l, err)
	}
	if l, err := LoadInstallationKey(dir, env(map[string]string{EnvKey: "9:" + NewInstallationKey()})); err != nil || l.Newest() != 9 {
		t.Fatalf("in the environment: %v, %v", l, err)
	}
}

func TestAKeyFileThatOthersMayReadIsRefused(t *testing.T) {
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660, 0o620} {
		dir := t.TempDir()
		path, err := CreateInstallationKey(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadInstallationKey(dir, env(nil)); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, KeyFile), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadInstallationKey(dir, env(nil)); err == nil {
		t.Error("a folder was taken for a key")
	}
}

func TestKeysOfEitherLengthAreWrapped(t *testing.T) {
	l, err := ParseInstallationKey(NewInstallationKey())
	if err != nil {
		t.Fatal(err)
	}
	for what, plain := range map[string][]byte{"a backup's": randomKey()[:16], "a case's": randomKey()} {
		box, err := l.Wrap(t.Context(), 1, plain, []byte("place"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := l.Unwrap(t.Context(), 1, box, []byte("place")); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s came back as %d bytes, %v", what, len(got), err)
		}
		if _, err := l.Unwrap(t.Context(), 1, box, []byte("elsewhere")); !errors.Is(err, ErrWrongKey) {
			t.Errorf("%s opens elsewhere: %v", what, err)
		}
	}
}

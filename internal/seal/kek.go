package seal

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"fengqiao/internal/durable"
)

// Where the installation key comes from, in this order.
const (
	EnvKey     = "FENGQIAO_KEY"      // the key itself
	EnvKeyFile = "FENGQIAO_KEY_FILE" // a file that holds it
	KeyFile    = "installation.key"  // that file in the data folder
)

// keyBytes is the length of every key here: AES-256.
const keyBytes = 32

// maxKeyFile bounds what is read as a key file: some hundred epochs.
const maxKeyFile = 64 << 10

// Local is an installation key held in memory, one key an epoch.
type Local struct {
	epochs map[int64]cipher.AEAD
	newest int64
}

// NewInstallationKey returns a fresh installation key, base64.
func NewInstallationKey() string {
	return base64.StdEncoding.EncodeToString(randomKey())
}

func randomKey() []byte {
	key := make([]byte, keyBytes)
	_, _ = rand.Read(key) // never fails: it ends the program instead
	return key
}

// ParseInstallationKey reads a key file's text: one key a line (or between commas), base64 of 32 bytes, with its epoch
// in front ("2:…"); without one it is epoch 1. Empty lines and lines that begin with # are left out. Errors name the
// line and never its content.
func ParseInstallationKey(text string) (*Local, error) {
	l := &Local{epochs: map[int64]cipher.AEAD{}}
	seen := map[[keyBytes]byte]bool{}
	for i, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ',' }) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		epoch, key, err := parseKeyLine(line)
		if err != nil {
			return nil, fmt.Errorf("seal: installation key, entry %d: %w", i+1, err)
		}
		if l.epochs[epoch] != nil {
			return nil, fmt.Errorf("seal: installation key, entry %d: epoch %d is there twice", i+1, epoch)
		}
		if seen[[keyBytes]byte(key)] {
			return nil, fmt.Errorf("seal: installation key, entry %d: the same key stands under another epoch", i+1)
		}
		seen[[keyBytes]byte(key)] = true
		l.epochs[epoch] = newAEAD(key)
		l.newest = max(l.newest, epoch)
	}
	if l.newest == 0 {
		return nil, ErrNoKey
	}
	return l, nil
}

func parseKeyLine(line string) (int64, []byte, error) {
	epoch, text := int64(1), line
	if number, rest, found := strings.Cut(line, ":"); found {
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err != nil || n < 1 {
			return 0, nil, errors.New("the epoch in front of the colon must be a whole number from 1")
		}
		epoch, text = n, strings.TrimSpace(rest)
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != keyBytes {
		return 0, nil, errors.New("a key is the base64 of 32 bytes")
	}
	return epoch, key, nil
}

// LoadKeyFile reads the key file of that name. A file that others than its owner may read is refused.
func LoadKeyFile(path string) (*Local, error) {
	text, err := readKeyFile(path)
	if err != nil {
		return nil, err
	}
	l, err := ParseInstallationKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return l, nil
}

// LoadInstallationKey finds the key: in FENGQIAO_KEY, in the file that FENGQIAO_KEY_FILE names, or in installation.key
// in the data folder. ErrNoKey if there is none. A file that others than its owner may read is refused.
func LoadInstallationKey(dir string, getenv func(string) string) (*Local, error) {
	if text := getenv(EnvKey); text != "" {
		return ParseInstallationKey(text)
	}
	path := getenv(EnvKeyFile)
	if path == "" {
		path = filepath.Join(dir, KeyFile)
	}
	return LoadKeyFile(path)
}

func readKeyFile(path string) (string, error) {
	text, err := ReadSecret("seal: installation key", path, 0o077, maxKeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w: %s is not there and %s is not set", ErrNoKey, path, EnvKey)
	}
	return text, err
}

// CreateInstallationKey makes installation.key in the folder with a fresh key, readable by its owner alone, and returns
// its path. It never replaces one: fs.ErrExist if there is a file already.
func CreateInstallationKey(dir string) (string, error) {
	path := filepath.Join(dir, KeyFile)
	return path, CreateKeyFile(path, 1)
}

// CreateKeyFile makes a key file with a fresh key of an epoch, readable by its owner alone; fs.ErrExist if there is a file.
func CreateKeyFile(path string, epoch int64) error {
	return writeKeyFile(path, keyLine(epoch))
}

func keyLine(epoch int64) string {
	return strconv.FormatInt(epoch, 10) + ":" + NewInstallationKey() + "\n"
}

// AddEpoch adds a fresh key under the next epoch to the key file and returns that epoch. The older lines stay, because
// they are needed until Rotate has returned.
func AddEpoch(path string) (int64, error) {
	text, err := readKeyFile(path)
	if err != nil {
		return 0, err
	}
	l, err := ParseInstallationKey(text)
	if err != nil {
		return 0, err
	}
	next := l.newest + 1
	text = strings.TrimRight(text, "\n") + "\n" + keyLine(next)
	// The old file is replaced in one step: a crash leaves the one or the other, never half a key.
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("seal: installation key: %w", err)
	}
	if err := writeKeyFile(fresh, text); err != nil {
		return 0, err
	}
	if err := os.Rename(fresh, path); err != nil {
		return 0, fmt.Errorf("seal: installation key: %w", err)
	}
	return next, syncFolder(filepath.Dir(path))
}

func writeKeyFile(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("seal: installation key: %w", err)
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("seal: installation key: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a new key file's name survive a power cut.
func syncFolder(dir string) error {
	if err := durable.Folder(dir); err != nil {
		return fmt.Errorf("seal: installation key: %w", err)
	}
	return nil
}

// Newest implements KEK.
func (l *Local) Newest() int64 { return l.newest }

// Wrap implements KEK.
func (l *Local) Wrap(_ context.Context, epoch int64, plain, bound []byte) ([]byte, error) {
	aead := l.epochs[epoch]
	if aead == nil {
		return nil, fmt.Errorf("%w (epoch %d)", ErrNoEpoch, epoch)
	}
	return aead.Seal(nil, nil, plain, bound), nil
}

// Unwrap implements KEK.
func (l *Local) Unwrap(_ context.Context, epoch int64, box, bound []byte) ([]byte, error) {
	aead := l.epochs[epoch]
	if aead == nil {
		return nil, fmt.Errorf("%w (epoch %d)", ErrNoEpoch, epoch)
	}
	plain, err := aead.Open(nil, nil, box, bound)
	if err != nil {
		return nil, fmt.Errorf("%w (epoch %d)", ErrWrongKey, epoch)
	}
	return plain, nil
}

// String tells the epochs and keeps the keys out of logs.
func (l *Local) String() string {
	var epochs []int64
	for e := range l.epochs {
		epochs = append(epochs, e)
	}
	slices.Sort(epochs)
	return fmt.Sprintf("installation key of epochs %v", epochs)
}

// GoString is String, for %#v.
func (l *Local) GoString() string { return l.String() }

// newAEAD is AES-256-GCM that draws a nonce for every box and puts it in front.
func newAEAD(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for a key of another length, which nobody here makes
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only for a cipher that is not AES
	}
	return aead
}

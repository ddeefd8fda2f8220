package archive

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"filippo.io/age"
	"github.com/go-json-experiment/json"

	"fengqiao/internal/seal"
)

// contents is the part of a backup's description that says something of what is in it. It lies in contents.age, under the
// installation key.
type contents struct {
	// Manifest and Wraps are the sums of the two manifests, which lie open. So whoever changes one is found out, and whoever puts
	// other wraps beside the records: older ones, say, which an erasure has not reached.
	Manifest string   `json:"manifest"`
	Wraps    string   `json:"wraps"`
	Tables   Sums     `json:"tables"`
	Media    MediaSum `json:"media"`
	Records  records  `json:"records"`
}

// write puts the contents into the backup's folder, under the installation key.
func (c contents) write(dir string, key lock) (File, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return File{}, err
	}
	box, err := sealed(text, key)
	if err != nil {
		return File{}, fmt.Errorf("archive: %s: %w", contentsFile, err)
	}
	return writeFile(dir, contentsFile, box)
}

// readContents opens the contents of a backup and holds its manifest against them. seal.ErrWrongKey or seal.ErrNoEpoch if the
// installation key is not that of the backup.
func readContents(ctx context.Context, dir string, m Manifest, key seal.KEK) (contents, error) {
	var c contents
	f, err := os.Open(filepath.Join(dir, contentsFile))
	if err != nil {
		return c, fmt.Errorf("archive: %w", err)
	}
	defer f.Close()
	r, err := decrypted(f, lock{ctx: ctx, key: key, id: m.ID})
	if err == nil {
		err = json.UnmarshalRead(r, &c)
	}
	if err != nil {
		return c, fmt.Errorf("archive: %s: %w", contentsFile, err)
	}
	return c, m.stated(c.Manifest, dir)
}

// stated holds the manifest of a folder against its sum in the contents.
func (m Manifest) stated(sum, dir string) error {
	got, err := m.sum()
	if err == nil && got != sum {
		err = fmt.Errorf("archive: the %s in %s is not the one that the backup was made with: it, or files together with it, were changed or exchanged", manifestFile, dir)
	}
	return err
}

// stanza is how the header of a file names the installation key; its one argument is the epoch.
const stanza = "fengqiao"

// lock is the installation key as age wants it: it wraps the key of a file, and binds it to the backup.
type lock struct {
	ctx   context.Context // of the call: age's interfaces have no other way to be given one
	key   seal.KEK
	id    string // of the backup
	epoch int64  // to close under; to open, the header tells
}

func (l lock) bound(epoch int64) []byte {
	return []byte("fengqiao backup 2 " + strconv.FormatInt(epoch, 10) + " " + l.id)
}

// Wrap implements age.Recipient.
func (l lock) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	box, err := l.key.Wrap(l.ctx, l.epoch, fileKey, l.bound(l.epoch))
	if err != nil {
		return nil, err
	}
	return []*age.Stanza{{Type: stanza, Args: []string{strconv.FormatInt(l.epoch, 10)}, Body: box}}, nil
}

// Unwrap implements age.Identity.
func (l lock) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		if s.Type != stanza || len(s.Args) != 1 {
			continue
		}
		epoch, err := strconv.ParseInt(s.Args[0], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("epoch %q: %w", s.Args[0], err)
		}
		return l.key.Unwrap(l.ctx, epoch, s.Body, l.bound(epoch))
	}
	return nil, age.ErrIncorrectIdentity
}

// listed is the key of a file that stands in the contents and not in the file's own header. age draws a new one for every file, so
// a file in the place of another does not open.
type listed struct{ key []byte }

// Wrap implements age.Recipient.
func (l *listed) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	l.key = bytes.Clone(fileKey)
	return []*age.Stanza{{Type: "listed"}}, nil
}

// Unwrap implements age.Identity.
func (l *listed) Unwrap([]*age.Stanza) ([]byte, error) { return l.key, nil }

// sealed encrypts a file that fits into memory.
func sealed(plain []byte, to age.Recipient) ([]byte, error) {
	var box bytes.Buffer
	w, err := age.Encrypt(&box, to)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(plain)
	err = errors.Join(err, w.Close()) // which writes the rest
	return box.Bytes(), err
}

// decrypted reads it again.
func decrypted(box io.Reader, with age.Identity) (io.Reader, error) {
	return age.Decrypt(bufio.NewReader(box), with)
}

// writeFile makes a new file of that path, with slashes, below root. Its bytes are on the disk when it returns.
func writeFile(root, path string, b []byte) (File, error) {
	f, err := os.OpenFile(filepath.Join(root, filepath.FromSlash(path)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return File{}, fmt.Errorf("archive: %w", err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return File{}, fmt.Errorf("archive: %w", err)
	}
	sum := sha256.Sum256(b)
	return File{path, int64(len(b)), hex.EncodeToString(sum[:])}, nil
}

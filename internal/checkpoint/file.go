package checkpoint

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"fengqiao/internal/durable"
)

// A file of checkpoints is text: a line that names the form and the public key, then for each checkpoint a line with what is
// signed, as JSON, and a line for each of its marks. Files only grow.
const (
	fileForm  = "fengqiao checkpoints 1 "
	pointForm = "checkpoint "
)

// maxLine bounds a line: a checkpoint of a million marks lists 245 parts in some 16 KB.
const maxLine = 16 << 20

// ErrApart: the store's checkpoints are not a continuation of the file's. The store was brought back to an earlier state, or
// rewritten.
var ErrApart = errors.New("checkpoint: the store does not go on from where the file ends: it was brought back to an earlier state, or its checkpoints were rewritten")

// ErrGone: the file that was written before is empty or not there any more. Its folder was unmounted, or somebody removed it.
var ErrGone = errors.New("checkpoint: the file is gone; bring it back, or start again to begin a new one")

// readKey reads the public key in a file's first line.
func readKey(line string) (ed25519.PublicKey, error) {
	text, ok := bytes.CutPrefix([]byte(line), []byte(fileForm))
	key, err := base64.StdEncoding.DecodeString(string(text))
	if !ok || err != nil || len(key) != ed25519.PublicKeySize {
		return nil, errors.New("checkpoint: this is no file of checkpoints")
	}
	return key, nil
}

// Read reads and checks a file of checkpoints. The key is the one that the file names where none is given; a file of another
// key than the one given is an error. whole is how many bytes hold complete checkpoints: an export that was cut off
// leaves a rest, which the next one replaces.
func Read(from io.Reader, public ed25519.PublicKey) (r *Record, key ed25519.PublicKey, whole int64, err error) {
	lines := &lineReader{in: bufio.NewReaderSize(from, 1<<20)}
	first, err := lines.next()
	if err != nil {
		return nil, nil, 0, fmt.Errorf("checkpoint: this is no file of checkpoints: %w", err)
	}
	if key, err = readKey(string(first)); err != nil {
		return nil, nil, 0, err
	}
	if public != nil && !public.Equal(key) {
		return nil, key, 0, errors.New("checkpoint: the file was signed with the key of another installation")
	}
	r = newRecord(key)
	for whole = lines.read; ; whole = lines.read {
		c, parts, err := lines.checkpoint()
		if errors.Is(err, io.EOF) {
			return r, key, whole, nil
		}
		if err != nil {
			return nil, key, 0, fmt.Errorf("checkpoint: after checkpoint %d: %w", r.Last.N, err)
		}
		err = r.take(c, func(string) ([]byte, error) {
			text := parts[0]
			parts = parts[1:]
			return text, nil
		})
		if err != nil {
			return nil, key, 0, err
		}
	}
}

// lineReader reads complete lines and counts their bytes.
type lineReader struct {
	in   *bufio.Reader
	read int64
}

// next returns a line without its end; io.EOF where none is complete.
func (l *lineReader) next() ([]byte, error) {
	var line []byte
	for {
		piece, err := l.in.ReadSlice('\n')
		line = append(line, piece...)
		if errors.Is(err, bufio.ErrBufferFull) && len(line) < maxLine {
			continue
		}
		if err != nil {
			return nil, err
		}
		l.read += int64(len(line))
		return line[:len(line)-1], nil
	}
}

// checkpoint reads one checkpoint with the texts of its parts; io.EOF where none is complete.
func (l *lineReader) checkpoint() (c Checkpoint, parts [][]byte, err error) {
	line, err := l.next()
	if err != nil {
		return c, nil, err
	}
	text, ok := bytes.CutPrefix(line, []byte(pointForm))
	if !ok || json.Unmarshal(text, &c) != nil {
		return c, nil, fmt.Errorf("%q is no checkpoint", text[:min(len(text), 80)])
	}
	if want := (c.Marks + perPart - 1) / perPart; c.Marks < 0 || int64(len(c.Parts)) != want {
		return c, nil, fmt.Errorf("checkpoint %d has %d parts for %d marks", c.N, len(c.Parts), c.Marks)
	}
	var part []byte
	for i := int64(1); i <= c.Marks; i++ {
		if line, err = l.next(); err != nil {
			return c, nil, err
		}
		part = append(append(part, line...), '\n')
		if i%perPart == 0 || i == c.Marks {
			parts, part = append(parts, part), nil
		}
	}
	return c, parts, nil
}

// File is a file of checkpoints that grows with the register. It remembers where it ended, so that it is read once. One process
// alone may keep it.
type File struct {
	Path string

	size int64
	last Checkpoint
}

// Append writes what the register has beyond the file's end, and makes the file if it is not there. It returns how many
// checkpoints that were. ErrApart if the file ends with a checkpoint that the register has otherwise; then nothing is written.
func (f *File) Append(ctx context.Context, reg Register, public ed25519.PublicKey) (n int, err error) {
	out, err := os.OpenFile(f.Path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return 0, fmt.Errorf("checkpoint: %w", err)
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if err := f.find(out, public); err != nil {
		return 0, err
	}
	stored, err := last(ctx, reg)
	if err != nil {
		return 0, err
	}
	if err := f.continues(ctx, reg, &stored); err != nil || stored.N == f.last.N {
		return 0, err
	}
	if err := out.Truncate(f.size); err != nil {
		return 0, fmt.Errorf("checkpoint: %w", err)
	}
	w := bufio.NewWriterSize(io.NewOffsetWriter(out, f.size), 1<<20)
	written := f.size
	if f.size == 0 {
		k, err := fmt.Fprintf(w, "%s%s\n", fileForm, base64.StdEncoding.EncodeToString(public))
		if err != nil {
			return 0, fmt.Errorf("checkpoint: %w", err)
		}
		written += int64(k)
	}
	for number := f.last.N + 1; number <= stored.N; number++ {
		k, err := write(ctx, w, reg, number)
		if err != nil {
			return 0, err
		}
		written += k
		n++
	}
	if err := errors.Join(w.Flush(), out.Sync(), durable.Folder(filepath.Dir(f.Path))); err != nil {
		return 0, fmt.Errorf("checkpoint: %w", err)
	}
	f.size, f.last = written, stored
	return n, nil
}

// find looks where the file's complete checkpoints end, unless it ends where this left it.
func (f *File) find(in *os.File, public ed25519.PublicKey) error {
	info, err := in.Stat()
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if info.Size() == f.size {
		return nil
	}
	if info.Size() == 0 && f.last.N > 0 {
		return fmt.Errorf("%w: %s", ErrGone, f.Path)
	}
	f.size, f.last = 0, Checkpoint{}
	if info.Size() == 0 {
		return nil
	}
	r, _, whole, err := Read(in, public)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Path, err)
	}
	if len(r.Problems) > 0 {
		return fmt.Errorf("checkpoint: %s: checkpoint %d: %w", f.Path, r.Problems[0].N, r.Problems[0].Err)
	}
	f.size, f.last = whole, r.Last
	return nil
}

// continues looks whether the register goes on from the file's last checkpoint.
func (f *File) continues(ctx context.Context, reg Register, stored *Checkpoint) error {
	if f.last.N == 0 {
		return nil
	}
	if stored.N < f.last.N {
		return ErrApart
	}
	same, err := reg.Get(ctx, f.last.N)
	if err == nil && !bytes.Equal(same.Sum(), f.last.Sum()) {
		err = ErrApart
	}
	return err
}

// write writes one checkpoint with its marks and returns how many bytes they are.
func write(ctx context.Context, w io.Writer, reg Register, number int64) (int64, error) {
	c, err := reg.Get(ctx, number)
	if err != nil {
		return 0, fmt.Errorf("checkpoint %d: %w", number, err)
	}
	text, err := json.Marshal(c)
	if err != nil {
		return 0, err
	}
	n, err := fmt.Fprintf(w, "%s%s\n", pointForm, text)
	written := int64(n)
	for _, sum := range c.Parts {
		if err != nil {
			break
		}
		var part []byte
		if part, err = reg.Part(ctx, sum); err != nil {
			break
		}
		n, err = w.Write(part)
		written += int64(n)
	}
	if err != nil {
		return written, fmt.Errorf("checkpoint %d: %w", number, err)
	}
	return written, nil
}

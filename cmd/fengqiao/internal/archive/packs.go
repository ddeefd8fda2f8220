package archive

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// How the database is stored. SQLite's copies leave every page in its place, so what did not change is the same, block by block. A
// day's work touches a few pages nearly everywhere, because ids are random, so blocks are as small as a page. Files of a page
// each would be too many: a pack holds a thousand. The next backup takes a pack over as long as half of it is still in use, and
// writes the blocks that changed, and those of the packs that it leaves, into packs of its own.
const (
	blockBytes = 4 << 10 // SQLite's page
	packBlocks = 1 << 10
	sumBytes   = 16 // of SHA-256: 128 bits, beyond any accidental equality
)

// records says how the database lies in packs.
type records struct {
	Name  string `json:"name"`  // of the file
	Bytes int64  `json:"bytes"` // of the file
	// Sums holds a sum of each block of the file, one behind the other; the last block is filled up with zeros.
	Sums  []byte `json:"sums"`
	Packs []pack `json:"packs"`
}

// pack is one file of the records.
type pack struct {
	Path string `json:"path"`
	Key  []byte `json:"key"` // of the file
	// Blocks are the numbers of the blocks in it, in their order there; unused for those that are of an earlier backup alone.
	Blocks []int `json:"blocks"`
}

const unused = -1

// blocks is the number of blocks of a file of so many bytes.
func blocks(bytes int64) int { return int((bytes + blockBytes - 1) / blockBytes) }

// sum is that of the i-th block.
func (r records) sum(i int) string { return string(r.Sums[i*sumBytes : (i+1)*sumBytes]) }

func sumOf(block []byte) []byte {
	sum := sha256.Sum256(block)
	return sum[:sumBytes]
}

// readBlock reads the i-th block of the database.
func readBlock(f io.ReaderAt, i int, block []byte) error {
	n, err := f.ReadAt(block, int64(i)*blockBytes)
	if errors.Is(err, io.EOF) && n > 0 {
		err = nil
	}
	clear(block[n:])
	return err
}

// pack encrypts the copy of the database.
func (m *making) pack(ctx context.Context, copied string) error {
	f, err := os.Open(copied)
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	r := &m.contents.Records
	*r = records{Name: filepath.Base(copied), Bytes: info.Size()}
	block := make([]byte, blockBytes)
	for i := range blocks(r.Bytes) {
		if err := errors.Join(ctx.Err(), readBlock(f, i, block)); err != nil {
			return fmt.Errorf("archive: %w", err)
		}
		r.Sums = append(r.Sums, sumOf(block)...)
	}
	left, err := m.carryPacks()
	if err != nil {
		return err
	}
	for from := 0; from < len(left); from += packBlocks {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := m.writePack(f, left[from:min(from+packBlocks, len(left))]); err != nil {
			return err
		}
		m.progress("encrypt", int64(min(from+packBlocks, len(left)))*blockBytes, int64(len(left))*blockBytes)
	}
	return nil
}

// carryPacks takes over the packs of the earlier backup that are worth it, and returns the blocks that are in none.
func (m *making) carryPacks() (left []int, err error) {
	r := &m.contents.Records
	n := blocks(r.Bytes)
	have := make([]bool, n)
	for _, old := range m.Earlier.packs() {
		p, used := pack{Path: old.Path, Key: old.Key, Blocks: make([]int, len(old.Blocks))}, 0
		for at, i := range old.Blocks {
			p.Blocks[at] = unused
			if i != unused && i < n && !have[i] && m.Earlier.records.sum(i) == r.sum(i) {
				p.Blocks[at] = i
				used++
			}
		}
		if 2*used < len(old.Blocks) {
			continue
		}
		carried, err := m.carry(p.Path, "")
		if err != nil {
			return nil, err
		}
		if !carried {
			continue
		}
		r.Packs = append(r.Packs, p)
		for _, i := range p.Blocks {
			if i != unused {
				have[i] = true
			}
		}
	}
	for i, had := range have {
		if !had {
			left = append(left, i)
		}
	}
	return left, nil
}

// writePack encrypts those blocks into a file of their own.
func (m *making) writePack(f io.ReaderAt, numbers []int) error {
	plain := make([]byte, len(numbers)*blockBytes)
	for at, i := range numbers {
		if err := readBlock(f, i, plain[at*blockBytes:(at+1)*blockBytes]); err != nil {
			return fmt.Errorf("archive: %w", err)
		}
	}
	// The name is this backup's, so that it is free in every later one that takes the file over.
	path := fmt.Sprintf("%s/%s-%04d.age", recordsFolder, m.manifest.ID, len(m.contents.Records.Packs))
	var key listed
	box, err := sealed(plain, &key)
	if err != nil {
		return fmt.Errorf("archive: %s: %w", path, err)
	}
	if m.files[path], err = writeFile(m.Dir, path, box); err != nil {
		return err
	}
	m.contents.Records.Packs = append(m.contents.Records.Packs, pack{path, key.key, numbers})
	return nil
}

// unpack puts the database together again in a folder.
func (r records) unpack(ctx context.Context, dir, into string, progress Progress) error {
	if !filepath.IsLocal(r.Name) || filepath.Base(r.Name) != r.Name || len(r.Sums) != blocks(r.Bytes)*sumBytes {
		return fmt.Errorf("archive: %s makes no sense", contentsFile)
	}
	f, err := os.OpenFile(filepath.Join(into, r.Name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	have, done := make([]bool, blocks(r.Bytes)), 0
	for _, p := range r.Packs {
		err = p.each(ctx, dir, func(i int, block []byte) error {
			if i < 0 || i >= len(have) || have[i] || string(sumOf(block)) != r.sum(i) {
				return fmt.Errorf("archive: %s does not hold what was put into it", p.Path)
			}
			have[i] = true
			done++
			_, err := f.WriteAt(block, int64(i)*blockBytes)
			return err
		})
		if err != nil {
			break
		}
		progress("decrypt", int64(done)*blockBytes, r.Bytes)
	}
	if err == nil && done != len(have) {
		err = fmt.Errorf("archive: %d of %d blocks of the records are in no file", len(have)-done, len(have))
	}
	if err == nil {
		err = f.Truncate(r.Bytes)
	}
	return errors.Join(err, f.Close())
}

// each calls fn with every block of a pack that is in use.
func (p pack) each(ctx context.Context, dir string, fn func(i int, block []byte) error) error {
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(p.Path)))
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	defer f.Close()
	r, err := decrypted(f, &listed{key: p.Key})
	if err != nil {
		return fmt.Errorf("archive: %s is not the file that belongs there: %w", p.Path, err)
	}
	block := make([]byte, blockBytes)
	for _, i := range p.Blocks {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := io.ReadFull(r, block); err != nil {
			return fmt.Errorf("archive: %s: %w", p.Path, err)
		}
		if i == unused {
			continue
		}
		if err := fn(i, block); err != nil {
			return err
		}
	}
	return nil
}

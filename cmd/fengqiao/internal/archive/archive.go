// Package archive moves whole installations: it copies one store into another, writes and reads backups, and verifies what
// is stored. It works on any store.Engine, row by row, so every table that there is or will be is covered.
package archive

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"

	"fengqiao/internal/media"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// Place is one installation's records and photos.
type Place struct {
	Engine store.Engine
	Store  *store.Store
	Blobs  media.Blobs
}

// Progress is told about each step: what, how much of how much (0: unknown). A new what begins anew.
type Progress func(what string, done, total int64)

// The tables that are looked into here, by their names in store.Tables.
const (
	casesTable    = "cases"
	reportsTable  = "reports"
	photosTable   = "photos"
	looksTable    = "looks"
	sessionsTable = "sign_in_sessions"
)

// batch is how many rows are loaded at once.
const batch = 500

// Sum is what one table holds: the number of its rows and a digest over all of them that does not depend on their order.
type Sum struct {
	Rows   int64  `json:"rows"`
	Digest string `json:"digest"`
}

// Sums is the content of a store, by table.
type Sums map[string]Sum

// summer adds up rows. The digest of a set is the sum of its members' SHA-256 hashes modulo 2^256: equal sets have equal sums
// in whatever order two stores walk them. It is to find losses and slips of the copy, not to withstand a forger; against
// those stand the chains of events.
type summer struct {
	rows int64
	sum  [4]uint64
}

func (s *summer) add(table string, r store.Row) {
	one := digest(table, r)
	carry := uint64(0)
	for i := 3; i >= 0; i-- {
		word := binary.BigEndian.Uint64(one[i*8:])
		total := s.sum[i] + word
		over := total < word
		total += carry
		over = over || total < carry
		carry = 0
		if over {
			carry = 1
		}
		s.sum[i] = total
	}
	s.rows++
}

// digest is the SHA-256 of a row.
func digest(table string, r store.Row) []byte {
	h := sha256.New()
	for _, text := range []string{table, r.ID} {
		part(h, []byte(text))
	}
	var n [24]byte
	binary.BigEndian.PutUint64(n[:], uint64(r.Version))
	binary.BigEndian.PutUint64(n[8:], uint64(r.Sort))
	binary.BigEndian.PutUint64(n[16:], uint64(r.N))
	h.Write(n[:])
	// encoding/json writes maps in the order of their keys; keys hold strings and integers alone. What an engine leaves out
	// because it is empty must count the same as an empty value.
	keys := map[string]any{}
	for k, v := range r.Keys {
		if v != "" && v != int64(0) {
			keys[k] = v
		}
	}
	text, _ := json.Marshal(keys)
	part(h, text)
	tags := slices.Clone(r.Tags)
	slices.Sort(tags)
	part(h, []byte(strings.Join(tags, "\x00")))
	part(h, r.Head)
	part(h, r.Body)
	return h.Sum(nil)
}

func part(h hash.Hash, b []byte) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(b)))
	h.Write(n[:])
	h.Write(b)
}

func (s *summer) result() Sum {
	var b [32]byte
	for i, w := range s.sum {
		binary.BigEndian.PutUint64(b[i*8:], w)
	}
	return Sum{s.rows, hex.EncodeToString(b[:])}
}

// SumsOf reads a whole store.
func SumsOf(ctx context.Context, e store.Engine, progress Progress) (Sums, error) {
	sums := Sums{}
	for _, t := range store.Tables() {
		var s summer
		err := e.Walk(ctx, t.Name, func(r store.Row) error {
			s.add(t.Name, r)
			progress(t.Name, s.rows, 0)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("archive: read %s: %w", t.Name, err)
		}
		sums[t.Name] = s.result()
	}
	return sums, nil
}

// Compare names the tables in which two stores differ.
func Compare(want, got Sums) error {
	var wrong []error
	for _, t := range store.Tables() {
		w, g := want[t.Name], got[t.Name]
		switch {
		case w.Rows != g.Rows:
			wrong = append(wrong, fmt.Errorf("archive: %s has %d rows, should have %d", t.Name, g.Rows, w.Rows))
		case w != g:
			wrong = append(wrong, fmt.Errorf("archive: %s has the right number of rows, but not the same content", t.Name))
		}
	}
	return errors.Join(wrong...)
}

// Empty tells whether a store holds nothing at all.
func Empty(ctx context.Context, e store.Engine) (bool, error) {
	for _, t := range store.Tables() {
		rows, err := e.Find(ctx, store.Query{Table: t.Name, Limit: 1, HeadsOnly: true})
		if err != nil {
			return false, fmt.Errorf("archive: look into %s: %w", t.Name, err)
		}
		if len(rows) > 0 {
			return false, nil
		}
	}
	return true, nil
}

// photos calls fn with every photo whose blobs are, or ought to be, stored.
func photos(ctx context.Context, p Place, fn func(media.Photo) error) error {
	records := p.Store.Photos()
	return p.Engine.Walk(ctx, photosTable, func(r store.Row) error {
		photo, err := records.Get(ctx, r.ID)
		if errors.Is(err, mediation.ErrNotFound) {
			return nil
		}
		if err != nil || photo.State != media.Ready {
			return err
		}
		return fn(photo)
	})
}

// copyBlob copies one blob; one that is there already is left alone, and one that is missing is told apart from a failure.
func copyBlob(ctx context.Context, from, to media.Blobs, id string) (found bool, err error) {
	r, err := from.Open(ctx, id)
	if errors.Is(err, mediation.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("archive: photo blob %s: %w", id, err)
	}
	_, err = to.Put(ctx, id, r)
	if errors.Is(err, mediation.ErrExists) {
		err = nil
	}
	if err = errors.Join(err, r.Close()); err != nil {
		return true, fmt.Errorf("archive: photo blob %s: %w", id, err)
	}
	return true, nil
}

// MediaSum counts photo blobs.
type MediaSum struct {
	Blobs int64 `json:"blobs"`
	// Missing blobs are named by a record and not in the copy: of uploads that were swept while it ran, as a rule.
	Missing int64 `json:"missing"`
	// Lost are those that were not where they come from, though the record there still says so. A backup may have them from
	// an earlier one all the same.
	Lost int64 `json:"lost,omitempty"`
}

// taken takes a blob with the given checksum over from elsewhere, and tells whether it has it.
type taken func(id, sum string) (bool, error)

// copyMedia copies the blobs that the records of a place name, unless take has them already. records and from may be different
// places: a backup has its records from the copy of the database and its blobs from the live one.
func copyMedia(ctx context.Context, records, from Place, to media.Blobs, take taken, progress Progress) (MediaSum, error) {
	var sum MediaSum
	err := photos(ctx, records, func(p media.Photo) error {
		for _, blob := range []struct{ id, sum string }{{p.BlobID, p.BlobSum}, {p.ThumbID, p.ThumbSum}} {
			if blob.id == "" {
				continue
			}
			here, there, err := oneBlob(ctx, from.Blobs, to, blob.id, blob.sum, take)
			if err != nil {
				return err
			}
			if sum.Blobs++; !here {
				sum.Missing++
			}
			if !there {
				if now, err := from.Store.Photos().Get(ctx, p.ID); err == nil && now.State == media.Ready {
					sum.Lost++
				}
			}
			progress("photos", sum.Blobs, 0)
		}
		return nil
	})
	return sum, err
}

// oneBlob tells whether the blob is here now, and whether it is where it comes from: what was taken from elsewhere may be lost there.
func oneBlob(ctx context.Context, from, to media.Blobs, id, sum string, take taken) (here, there bool, err error) {
	if here, err = take(id, sum); err != nil {
		return false, false, err
	}
	if here {
		there, err = stored(ctx, from, id)
		return true, there, err
	}
	there, err = copyBlob(ctx, from, to, id)
	return there, there, err
}

// stored tells whether a blob is there, without reading it.
func stored(ctx context.Context, blobs media.Blobs, id string) (bool, error) {
	r, err := blobs.Open(ctx, id)
	if errors.Is(err, mediation.ErrNotFound) {
		return false, nil
	}
	if err == nil {
		err = r.Close()
	}
	if err != nil {
		return false, fmt.Errorf("archive: photo blob %s: %w", id, err)
	}
	return true, nil
}

// nothingTaken takes no blob over.
func nothingTaken(string, string) (bool, error) { return false, nil }

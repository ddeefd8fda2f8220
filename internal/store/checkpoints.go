package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"fengqiao/internal/checkpoint"
	"fengqiao/internal/media"
)

const (
	checkpointsTable = "checkpoints"
	marksTable       = "checkpoint_marks"
)

// checkpointTables: checkpoints are sorted by their number; their lists of marks lie under the hash of their text.
var checkpointTables = []Table{{Name: checkpointsTable}, {Name: marksTable}}

// Checkpoints keeps the checkpoints.
func (s *Store) Checkpoints() checkpoint.Register { return checkpoints{s.Engine} }

type checkpoints struct{ engine Engine }

func checkpointID(n int64) string { return fmt.Sprintf("%012d", n) }

func (k checkpoints) Last(ctx context.Context) (checkpoint.Checkpoint, error) {
	rows, err := k.engine.Find(ctx, Query{Table: checkpointsTable, Desc: true, Limit: 1})
	if err == nil && len(rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return checkpoint.Checkpoint{}, trouble("last checkpoint", err)
	}
	return readCheckpoint(rows[0])
}

func (k checkpoints) Get(ctx context.Context, n int64) (checkpoint.Checkpoint, error) {
	row, err := k.engine.Get(ctx, checkpointsTable, checkpointID(n))
	if err != nil {
		return checkpoint.Checkpoint{}, trouble("read checkpoint", err)
	}
	return readCheckpoint(row)
}

func readCheckpoint(row Row) (c checkpoint.Checkpoint, err error) {
	err = decode(checkpointsTable, row.ID, row.Body, &c)
	return c, err
}

func (k checkpoints) Add(ctx context.Context, c checkpoint.Checkpoint) error {
	body, err := encode(c)
	if err != nil {
		return err
	}
	_, err = k.engine.Apply(ctx, Write{Table: checkpointsTable, Op: Insert, Row: Row{ID: checkpointID(c.N), Sort: c.N, Body: body}})
	return trouble("store checkpoint", err)
}

func (k checkpoints) PutPart(ctx context.Context, sum string, text []byte) error {
	_, err := k.engine.Apply(ctx, Write{Table: marksTable, Op: Ensure, Row: Row{ID: sum, Body: text}})
	return trouble("store checkpoint", err)
}

func (k checkpoints) Part(ctx context.Context, sum string) ([]byte, error) {
	row, err := k.engine.Get(ctx, marksTable, sum)
	return row.Body, trouble("read checkpoint", err)
}

// Marks says where everything stands that checkpoints speak of.
func (s *Store) Marks() checkpoint.Source { return marks{s.Engine} }

type marks struct{ engine Engine }

// marked says of each table how a row's mark is made, and which key tells when the row last moved. A row that has none to
// make, as a photo whose upload has not ended, gives none.
var marked = []struct {
	table, moved string
	mark         func(Row) (checkpoint.Mark, bool, error)
}{
	{casesTable, "moved", caseMark},
	{reportsTable, "sort", reportMark},
	{photoTable, "ready", photoMark},
	{looksTable, "sort", lookMark},
	{erasureTable, "sort", erasureMark},
}

// movedPage is how many rows are read at once.
const movedPage = 200

func (m marks) Since(ctx context.Context, t time.Time, fn func(checkpoint.Mark) error) error {
	for _, kind := range marked {
		each := func(row Row) error {
			mark, ok, err := kind.mark(row)
			if err != nil || !ok {
				return nil
			}
			return fn(mark)
		}
		var err error
		if t.IsZero() {
			err = m.engine.Walk(ctx, kind.table, each)
		} else {
			err = m.moved(ctx, kind.table, kind.moved, t, each)
		}
		if err != nil {
			return trouble("marks of "+kind.table, err)
		}
	}
	return nil
}

// moved calls fn for each row of the table that moved at or after t.
func (m marks) moved(ctx context.Context, table, key string, t time.Time, fn func(Row) error) error {
	q := Query{Table: table, From: map[string]any{key: t.UnixMilli()}, Limit: movedPage}
	if key != "sort" {
		q.By = key
	}
	for {
		rows, err := m.engine.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := fn(row); err != nil {
				return err
			}
		}
		if len(rows) < q.Limit {
			return nil
		}
		last := rows[len(rows)-1]
		q.After = &Position{By: last.Keys[key], Sort: last.Sort, ID: last.ID}
	}
}

// standing is the little of a case's stored form that its mark needs.
type standing struct {
	Head    []byte
	Spilled int
	Events  []struct{}
}

func caseMark(row Row) (m checkpoint.Mark, ok bool, err error) {
	var c standing
	if err := decode(casesTable, row.ID, row.Body, &c); err != nil {
		return m, false, err
	}
	m, err = checkpoint.MarkOf(checkpoint.Case, row.ID, c.Spilled+len(c.Events), c.Head)
	return m, true, err
}

func reportMark(row Row) (m checkpoint.Mark, ok bool, err error) {
	r, err := readReport(row)
	if err != nil {
		return m, false, err
	}
	m, err = checkpoint.MarkOf(checkpoint.Report, r.ID, 1, r.Sum())
	return m, true, err
}

func photoMark(row Row) (m checkpoint.Mark, ok bool, err error) {
	p, err := rowPhoto(row)
	if err != nil || p.State != media.Ready {
		return m, false, err
	}
	sum, err := hex.DecodeString(p.BlobSum)
	if err != nil {
		return m, false, fmt.Errorf("store: photo %s: checksum: %w", p.ID, err)
	}
	m, err = checkpoint.MarkOf(checkpoint.Photo, p.ID, 1, sum)
	return m, true, err
}

func erasureMark(row Row) (m checkpoint.Mark, ok bool, err error) {
	sum := sha256.Sum256([]byte(row.ID))
	m, err = checkpoint.MarkOf(checkpoint.Erasure, row.ID, 1, sum[:])
	return m, true, err
}

// LookSum is what a checkpoint states of a look, as it is stored.
func LookSum(row Row) []byte {
	sum := sha256.Sum256(row.Body)
	return sum[:]
}

func lookMark(row Row) (m checkpoint.Mark, ok bool, err error) {
	m, err = checkpoint.MarkOf(checkpoint.Look, row.ID, 1, LookSum(row))
	return m, true, err
}

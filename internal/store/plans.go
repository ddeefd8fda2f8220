package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// planPiece is the size of a stored plan's pieces in bytes, well below MongoDB's 16 MiB a document.
const planPiece = 4 << 20

// Plans keeps plans.
type Plans struct{ s *Store }

// Plans returns the port.
func (s *Store) Plans() *Plans { return &Plans{s} }

// plan is a plan's stored form.
type plan struct {
	Schema grid.Schema
	Units  []grid.Unit
	Cells  []grid.Cell
}

// Import stores a plan under its version and puts it in force in place of what is in force at a revision (see set). The version
// must be new, or the content the same.
func (p *Plans) Import(ctx context.Context, at int64, version string, schema grid.Schema, units []grid.Unit, cells []grid.Cell) error {
	// A version is used up by whoever stores it first, so one that is going to be refused stores nothing.
	if at != mediation.AnyRevision {
		is, now, err := p.InForce(ctx)
		if err == nil && now != max(at, 0) && is != version {
			err = mediation.ErrStale
		}
		if err != nil {
			return err
		}
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if err := json.NewEncoder(z).Encode(plan{schema, units, cells}); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	for i := 0; packed.Len() > 0; i++ {
		piece := bytes.Clone(packed.Next(planPiece))
		row := Row{ID: planPieceID(version, i), Body: piece}
		done, err := p.s.Engine.Apply(ctx, Write{Table: plansTable, Op: Ensure, Row: row})
		if err != nil {
			return trouble("import plan", err)
		}
		if done[0].Done {
			continue
		}
		was, err := p.s.Engine.Get(ctx, plansTable, row.ID)
		if err != nil {
			return trouble("import plan", err)
		}
		if !bytes.Equal(was.Body, piece) {
			return &mediation.Error{Op: "import plan", Kind: mediation.Differs, Code: "plan.version_taken", Field: "version"}
		}
	}
	return p.s.set(ctx, "plan", version, at)
}

func planPieceID(version string, i int) string { return fmt.Sprintf("%s/%04d", version, i) }

// InForce names the plan in force and its revision; "" and 0 if none has been imported.
func (p *Plans) InForce(ctx context.Context) (string, int64, error) { return p.s.setting(ctx, "plan") }

// Load builds a stored plan; mediation.ErrNotFound.
func (p *Plans) Load(ctx context.Context, version string) (*grid.Plan, error) {
	var packed bytes.Buffer
	for i := 0; ; i++ {
		row, err := p.s.Engine.Get(ctx, plansTable, planPieceID(version, i))
		if errors.Is(err, ErrNotFound) && i > 0 {
			break
		}
		if err != nil {
			return nil, trouble("load plan", err)
		}
		packed.Write(row.Body)
	}
	z, err := gzip.NewReader(&packed)
	if err != nil {
		return nil, fmt.Errorf("store: plan %s: %w", version, err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("store: plan %s: %w", version, err)
	}
	var stored plan
	if err := decode(plansTable, version, text, &stored); err != nil {
		return nil, err
	}
	return grid.NewPlan(version, stored.Schema, stored.Units, stored.Cells)
}

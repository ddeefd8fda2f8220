package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"fengqiao/grid"
)

// Beside what a plan was made of lies the plan ready-made, in pieces too, so that an instance that starts or takes up an
// edition copies it instead of building it. It is never more than a help: what is missing, damaged, or of another
// release's format is built from the source and stored anew.

// Load implements mediation.Editions.
func (p *Plans) Load(ctx context.Context, version string) (*grid.Plan, error) {
	if plan, ok := p.readyMade(ctx, version); ok {
		return plan, nil
	}
	d, err := p.Drawing(ctx, version)
	if err != nil {
		return nil, err
	}
	plan, err := grid.NewPlan(version, d.Schema, d.Units, d.Cells)
	if err != nil {
		return nil, err
	}
	// The plan is good whether this can be stored or not; a store in trouble tells those who need it.
	_ = p.keepSnapshot(ctx, plan)
	return plan, nil
}

// readyMade is the plan as its snapshot has it, if there is a sound one.
func (p *Plans) readyMade(ctx context.Context, version string) (*grid.Plan, bool) {
	var whole bytes.Buffer
	for i, more := 0, true; more; i++ {
		row, err := p.s.Engine.Get(ctx, plansTable, planSnapshotID(version, i))
		if err != nil {
			return nil, false
		}
		whole.Write(row.Body)
		more = len(row.Body) == planPiece
	}
	plan, err := grid.ReadSnapshot(whole.Bytes())
	return plan, err == nil && plan.Version() == version
}

// keepSnapshot stores the plan ready-made, over pieces that say otherwise. The last piece is shorter than the others, if
// need be empty, so that what an earlier one left behind it is not read.
func (p *Plans) keepSnapshot(ctx context.Context, plan *grid.Plan) error {
	var whole bytes.Buffer
	if err := plan.WriteSnapshot(&whole); err != nil {
		return err
	}
	for i, more := 0, true; more; i++ {
		piece := bytes.Clone(whole.Next(planPiece))
		if err := p.putPiece(ctx, Row{ID: planSnapshotID(plan.Version(), i), Body: piece}); err != nil {
			return trouble("keep plan", err)
		}
		more = len(piece) == planPiece
	}
	return nil
}

func (p *Plans) putPiece(ctx context.Context, row Row) error {
	done, err := p.s.Engine.Apply(ctx, Write{Table: plansTable, Op: Ensure, Row: row})
	if err != nil || done[0].Done {
		return err
	}
	was, err := p.s.Engine.Get(ctx, plansTable, row.ID)
	if err != nil || bytes.Equal(was.Body, row.Body) {
		return err
	}
	row.Version = was.Version
	_, err = p.s.Engine.Apply(ctx, Write{Table: plansTable, Op: Replace, Row: row})
	if errors.Is(err, ErrConflict) { // somebody else has just mended it
		return nil
	}
	return err
}

// planSnapshotID ends otherwise than any planPieceID, whatever characters a version has.
func planSnapshotID(version string, i int) string {
	return fmt.Sprintf("%s#%d", planPieceID(version, i), grid.SnapshotFormat)
}

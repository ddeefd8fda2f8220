package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"time"

	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/mediation"
)

// planPiece is the size of a stored plan's pieces in bytes, well below MongoDB's 16 MiB a document.
const planPiece = 4 << 20

// Plans implements mediation.Editions.
type Plans struct{ s *Store }

// Plans returns the port.
func (s *Store) Plans() *Plans { return &Plans{s} }

var _ mediation.Editions = (*Plans)(nil)

// Import keeps an edition and puts it in force in place of what is in force at a revision (see Amend), as of when it was made.
func (p *Plans) Import(ctx context.Context, at int64, e mediation.Edition, d edition.Drawing, made *grid.Plan) error {
	// A version is used up by whoever stores it first, so one that is going to be refused stores nothing.
	if at != mediation.AnyRevision {
		is, now, err := p.InForce(ctx)
		if err == nil && now != max(at, 0) && is != e.Version {
			err = mediation.ErrStale
		}
		if err != nil {
			return err
		}
	}
	if err := p.keep(ctx, e.Version, d, made); err != nil {
		return err
	}
	_, _, err := p.Amend(ctx, at, func(r *mediation.Register) error {
		r.Enter(e)
		return r.Enact(mediation.Term{Version: e.Version, By: e.By}, e.Made)
	})
	return err
}

// Keep implements mediation.Editions.
func (p *Plans) Keep(ctx context.Context, e mediation.Edition, d edition.Drawing, made *grid.Plan) error {
	if err := p.keep(ctx, e.Version, d, made); err != nil {
		return err
	}
	_, _, err := p.Amend(ctx, mediation.AnyRevision, func(r *mediation.Register) error {
		r.Enter(e)
		return nil
	})
	return err
}

// keep stores what an edition holds, and the plan made of it if there is one.
func (p *Plans) keep(ctx context.Context, version string, d edition.Drawing, made *grid.Plan) error {
	if err := p.keepSource(ctx, version, d); err != nil || made == nil {
		return err
	}
	return p.keepSnapshot(ctx, made)
}

// keepSource stores what an edition is made of.
func (p *Plans) keepSource(ctx context.Context, version string, d edition.Drawing) error {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if err := json.NewEncoder(z).Encode(d); err != nil {
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
			return trouble("keep plan", err)
		}
		if done[0].Done {
			continue
		}
		was, err := p.s.Engine.Get(ctx, plansTable, row.ID)
		if err != nil {
			return trouble("keep plan", err)
		}
		if !bytes.Equal(was.Body, piece) {
			return &mediation.Error{Op: "keep plan", Kind: mediation.Differs, Code: "plan.version_taken", Field: "version"}
		}
	}
	return nil
}

func planPieceID(version string, i int) string { return fmt.Sprintf("%s/%04d", version, i) }

// Drawing implements mediation.Editions.
func (p *Plans) Drawing(ctx context.Context, version string) (d edition.Drawing, err error) {
	var packed bytes.Buffer
	for i := 0; ; i++ {
		row, err := p.s.Engine.Get(ctx, plansTable, planPieceID(version, i))
		if errors.Is(err, ErrNotFound) && i > 0 {
			break
		}
		if err != nil {
			return d, trouble("load plan", err)
		}
		packed.Write(row.Body)
	}
	z, err := gzip.NewReader(&packed)
	if err != nil {
		return d, fmt.Errorf("store: plan %s: %w", version, err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return d, fmt.Errorf("store: plan %s: %w", version, err)
	}
	return d, decode(plansTable, version, text, &d)
}

// The settings of plans: the register, and how far what each of its terms moved has been settled. That is apart, because
// it goes on by itself and is no reason for anybody's revision to be stale.
const (
	planSetting  = "plan"
	movesSetting = "plan_moves"
)

// settlement is how far a term has been settled.
type settlement struct {
	Settled       time.Time
	Cases, People int
}

// Register implements mediation.Editions.
func (p *Plans) Register(ctx context.Context) (mediation.Register, int64, error) {
	text, at, err := p.s.setting(ctx, planSetting)
	if err != nil || at == 0 {
		return mediation.Register{}, 0, err
	}
	r, err := readRegister([]byte(text))
	if err != nil {
		return r, at, err
	}
	moves, _, err := p.s.setting(ctx, movesSetting)
	if err != nil {
		return r, at, err
	}
	done, err := readMoves([]byte(moves))
	for i := range r.Terms {
		t := &r.Terms[i]
		if i < len(done) {
			t.Settled, t.Cases, t.People = done[i].Settled, done[i].Cases, done[i].People
		}
		if i == 0 {
			t.Settled = t.From // before a first plan nothing lay anywhere
		}
	}
	return r, at, err
}

// readRegister reads a register. Before there was one the setting named the version in force, and nothing else was known.
func readRegister(text []byte) (r mediation.Register, err error) {
	if len(text) == 0 {
		return r, nil
	}
	if text[0] != '{' {
		version := string(text)
		r.Editions = []mediation.Edition{{Version: version, How: mediation.Imported}}
		r.Terms = []mediation.Term{{Version: version}}
		return r, nil
	}
	return r, decode(settingsTable, planSetting, text, &r)
}

func readMoves(text []byte) (done []settlement, err error) {
	if len(text) == 0 {
		return nil, nil
	}
	return done, decode(settingsTable, movesSetting, text, &done)
}

// InForce names the plan in force and the register's revision; "" and 0 if there is none.
func (p *Plans) InForce(ctx context.Context) (string, int64, error) {
	text, at, err := p.s.setting(ctx, planSetting)
	if err != nil {
		return "", 0, err
	}
	r, err := readRegister([]byte(text))
	return r.InForce(), at, err
}

// Amend implements mediation.Editions.
func (p *Plans) Amend(ctx context.Context, at int64, fn func(*mediation.Register) error) (now mediation.Register, revision int64, err error) {
	revision, err = p.s.amend(ctx, planSetting, at, func(text []byte) ([]byte, error) {
		was, err := readRegister(text)
		if err != nil {
			return nil, err
		}
		if now, err = readRegister(text); err != nil {
			return nil, err
		}
		if err := fn(&now); err != nil {
			return nil, err
		}
		if len(text) > 0 && reflect.DeepEqual(now, was) {
			return text, nil
		}
		return encode(now)
	})
	return now, revision, err
}

// Settle implements mediation.Editions.
func (p *Plans) Settle(ctx context.Context, term int, n mediation.Moved, at time.Time) error {
	_, err := p.s.amend(ctx, movesSetting, mediation.AnyRevision, func(text []byte) ([]byte, error) {
		done, err := readMoves(text)
		if err != nil {
			return nil, err
		}
		for len(done) <= term {
			done = append(done, settlement{})
		}
		d := &done[term]
		d.Cases, d.People = d.Cases+n.Cases, d.People+n.People
		if d.Settled.IsZero() {
			d.Settled = at
		}
		return encode(done)
	})
	return err
}

// FollowedPlans lets this instance follow each change of plans at once; other instances notice by themselves.
type FollowedPlans struct {
	*Plans
	Follow func(context.Context) error
}

// Import is Plans.Import, followed.
func (p FollowedPlans) Import(ctx context.Context, at int64, e mediation.Edition, d edition.Drawing, made *grid.Plan) error {
	if err := p.Plans.Import(ctx, at, e, d, made); err != nil {
		return err
	}
	return p.Follow(ctx)
}

// Amend is Plans.Amend, followed.
func (p FollowedPlans) Amend(ctx context.Context, at int64, fn func(*mediation.Register) error) (mediation.Register, int64, error) {
	r, revision, err := p.Plans.Amend(ctx, at, fn)
	if err != nil {
		return r, revision, err
	}
	return r, revision, p.Follow(ctx)
}

package slip

import (
	"context"
	"time"

	"fengqiao/mediation"
)

// Eraser erases the words of slips, by destroying the key that they are sealed under. Who may is decided by who may reach the
// installation key: it is for the machine itself.
type Eraser struct {
	Slips  Slips
	Keys   mediation.Shredder
	Photos mediation.PhotoShredder
	Holds  mediation.Holding // nil: nothing is held
}

// About implements retention.Records: a paper about a case, or that asks a unit of a suggestion, is held with that.
func (e *Eraser) About(ctx context.Context, id string) (mediation.Record, error) {
	chain, err := e.chain(ctx, id)
	var r mediation.Record
	for i := range chain {
		s := &chain[i]
		if s.ID != id {
			r.Parts = append(r.Parts, s.ID)
			continue
		}
		r.Area, r.Restricted, r.Of = s.Area, s.Restricted, s.Case
		if s.About.Kind == AboutSuggestion {
			r.With = s.About.ID
		}
	}
	return r, err
}

// OfCase implements mediation.Leavings: slips about a case go with it, restricted ones too.
func (e *Eraser) OfCase(ctx context.Context, caseID string) (keys, photos []string, err error) {
	slips, err := e.Slips.OfCase(ctx, caseID)
	for i := range slips {
		keys, photos = append(keys, slips[i].Key), append(photos, slips[i].Photos()...)
	}
	return keys, photos, err
}

// Erase erases a slip that is about no case, with those that it followed and that followed it, which say the same. One that has not
// ended, or belongs to a case, is an error, Conflict. It may be repeated.
func (e *Eraser) Erase(ctx context.Context, id string) error {
	chain, err := e.chain(ctx, id)
	if err != nil {
		return err
	}
	for i := range chain {
		switch s := &chain[i]; {
		case s.Case != "":
			return &mediation.Error{Op: "erase", Kind: mediation.Conflict, Code: "erase.with_case", Params: map[string]string{"case": s.Case}}
		case !s.State.Over():
			return &mediation.Error{Op: "erase", Kind: mediation.Conflict, Code: "erase.open_slip"}
		}
	}
	for i := range chain {
		if err := mediation.AnyHeld(ctx, e.Holds, RoomName, chain[i].ID); err != nil {
			return err
		}
	}
	for i := range chain {
		if err := e.erase(ctx, &chain[i]); err != nil {
			return err
		}
	}
	return nil
}

func (e *Eraser) erase(ctx context.Context, s *Slip) error {
	if err := e.Keys.Erase(ctx, s.Key); err != nil {
		return err
	}
	for _, photo := range s.Photos() {
		if err := e.Photos.Erase(ctx, photo); err != nil {
			return err
		}
	}
	if s.Erased {
		return nil
	}
	_, err := e.Slips.Update(ctx, s.ID, func(s *Slip) error { s.Erased = true; return nil })
	return err
}

// Kept implements retention.Records.
func (e *Eraser) Kept(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error) {
	return e.Slips.Kept(ctx, until, limit)
}

// Of returns the keys and photos of a slip, and of those that it followed and that followed it.
func (e *Eraser) Of(ctx context.Context, id string) (keys, photos []string, err error) {
	chain, err := e.chain(ctx, id)
	for i := range chain {
		keys, photos = append(keys, chain[i].Key), append(photos, chain[i].Photos()...)
	}
	return keys, photos, err
}

// chain is a slip with all that it followed and that followed it, the first one first.
func (e *Eraser) chain(ctx context.Context, id string) ([]Slip, error) {
	s, err := e.Slips.Load(ctx, id)
	for err == nil && s.From != "" {
		s, err = e.Slips.Load(ctx, s.From)
	}
	if err != nil {
		return nil, err
	}
	chain := []Slip{s}
	for s.Next != "" {
		if s, err = e.Slips.Load(ctx, s.Next); err != nil {
			return nil, err
		}
		chain = append(chain, s)
	}
	return chain, nil
}

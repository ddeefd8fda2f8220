package retention

import (
	"context"
	"errors"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// Hold (依法保留) keeps a record beside the cases from erasure: for a court or an inquiry, by somebody's word until it is lifted, or for as
// long as a case of which the record speaks is held. Of a record and a cause there is one, with all its turns.
type Hold struct {
	ID     string
	Kind   string // meeting, slip, visit, campaign, suggestion, handover, review
	Record string
	Area   grid.Code
	// Restricted is the one role that may know of it, as of its record.
	Restricted mediation.Role
	// Because is the case, or the record, with which it is kept; "": it is held by somebody's word.
	Because string
	Open    bool
	Turns   []Turn // the newest last
	// Look is when it is looked whether what it is kept with is held still; zero: never.
	Look time.Time
}

// Turn is one placing or lifting.
type Turn struct {
	At     time.Time
	By     string
	Held   bool
	Reason string
}

// Holds keeps holds.
type Holds interface {
	mediation.Holding
	// Change loads the hold of an id, or the zero hold, calls fn and stores the result. It loses no other writer's change, so that fn may be
	// called again and must be pure; an error of it is returned as it is and nothing is stored.
	Change(ctx context.Context, id string, fn func(*Hold) error) (Hold, error)
	// Load returns a hold; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (Hold, error)
	// List pages the holds by somebody's word inside an area, the newest first.
	List(ctx context.Context, area grid.Code, open *bool, cursor string, limit int) ([]Hold, string, error)
	// Due returns ids of holds that are to be looked at by a time, and since when the first is.
	Due(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error)
}

var holdsNamespace = uuid.MustParse("6d3f1f5e-0f0b-5c0a-9d25-4b9a0c4f7e10")

// HoldID is the id of a record's hold; because is as in Hold.
func HoldID(kind, record, because string) string {
	return uuid.NewSHA1(holdsNamespace, []byte(kind+"\x00"+record+"\x00"+because)).String()
}

// maxTurns is as many as people read.
const maxTurns = 50

func (h *Hold) turn(t Turn) {
	h.Open = t.Held
	h.Turns = append(append([]Turn(nil), h.Turns...), t)
	if n := len(h.Turns) - maxTurns; n > 0 {
		h.Turns = h.Turns[n:]
	}
}

// Place holds a record until the hold is lifted. One that belongs to a case, or to another record, is held with that.
func (s *Service) Place(ctx context.Context, actor mediation.Actor, kind, record, reason string) (Hold, error) {
	about, err := s.about(ctx, kind, record)
	unknown := mediation.Refusal("hold", mediation.Invalid, "unknown_value", "record", "value", record)
	switch {
	case errors.Is(err, mediation.ErrNotFound):
		return Hold{}, unknown
	case err != nil:
		return Hold{}, err
	case !mediation.MayArea(actor, mediation.HoldRead, about.Area) || about.Restricted != "" && about.Restricted != actor.Role:
		return Hold{}, unknown
	case !mediation.MayArea(actor, mediation.HoldPlace, about.Area):
		return Hold{}, mediation.Refusal("hold", mediation.Forbidden, "forbidden", "")
	case about.Of != "":
		return Hold{}, mediation.Refusal("hold", mediation.Conflict, "hold.with_case", "record", "case", about.Of)
	case about.With != "":
		return Hold{}, mediation.Refusal("hold", mediation.Conflict, "hold.with_record", "record", "record", about.With)
	}
	at := mediation.Instant(s.Now())
	id := HoldID(kind, record, "")
	return s.Holds.Change(ctx, id, func(h *Hold) error {
		if h.Open {
			return mediation.Refusal("hold", mediation.Conflict, "need.not_held", "record")
		}
		h.ID, h.Kind, h.Record, h.Area, h.Restricted = id, kind, record, about.Area, about.Restricted
		h.turn(Turn{At: at, By: actor.ID, Held: true, Reason: reason})
		return nil
	})
}

// Lift ends a hold.
func (s *Service) Lift(ctx context.Context, actor mediation.Actor, id, reason string) (Hold, error) {
	if err := s.SeesHold(ctx, actor, mediation.HoldLift, id); err != nil {
		return Hold{}, err
	}
	at := mediation.Instant(s.Now())
	return s.Holds.Change(ctx, id, func(h *Hold) error {
		if !h.Open {
			return mediation.Refusal("lift", mediation.Conflict, "need.held", "")
		}
		h.turn(Turn{At: at, By: actor.ID, Reason: reason})
		return nil
	})
}

// Knows tells whether the actor may know of a hold.
func (h *Hold) Knows(actor mediation.Actor) bool {
	return h.Because == "" && mediation.MayArea(actor, mediation.HoldRead, h.Area) && (h.Restricted == "" || h.Restricted == actor.Role)
}

// SeesHold tells whether the actor sees the hold and may do the action to it: mediation.ErrNotFound, or Forbidden.
func (s *Service) SeesHold(ctx context.Context, actor mediation.Actor, a mediation.Action, id string) error {
	h, err := s.Holds.Load(ctx, id)
	switch {
	case err != nil:
		return err
	case !h.Knows(actor):
		return mediation.ErrNotFound
	case !mediation.MayArea(actor, a, h.Area):
		return mediation.Refusal("hold", mediation.Forbidden, "forbidden", "")
	}
	return nil
}

// ListHolds pages the holds that the actor may know of.
func (s *Service) ListHolds(ctx context.Context, actor mediation.Actor, open *bool, cursor string, limit int) ([]Hold, string, error) {
	list, next, err := s.Holds.List(ctx, actor.Area, open, cursor, limit)
	known := make([]Hold, 0, len(list))
	for i := range list {
		if list[i].Knows(actor) {
			known = append(known, list[i])
		}
	}
	return known, next, err
}

// about finds a record of a kind.
func (s *Service) about(ctx context.Context, kind, record string) (mediation.Record, error) {
	for i := range s.Holdable {
		if s.Holdable[i].Kind == kind {
			return s.Holdable[i].Records.About(ctx, record)
		}
	}
	return mediation.Record{}, mediation.Refusal("hold", mediation.Invalid, "unknown_value", "kind", "value", kind)
}

// Holdable is a kind of records that can be held.
type Holdable struct {
	Kind    string
	Records interface {
		About(ctx context.Context, id string) (mediation.Record, error)
	}
}

// lookAgain is how often it is looked whether what a record is kept with is held still.
const lookAgain = 24 * time.Hour

// keptWith notes that a record is held with something else that is: a case of which it speaks, a paper that is erased with it. From then on
// the record is not among what is due, until that is held no longer. It tells what that is, "" for nothing.
func (s *Service) keptWith(ctx context.Context, kind, id string) (because string, err error) {
	about, err := s.about(ctx, kind, id)
	if err != nil {
		return "", err
	}
	if because, err = s.because(ctx, kind, &about); err != nil || because == "" {
		return "", err
	}
	at := mediation.Instant(s.Now())
	hold := HoldID(kind, id, because)
	_, err = s.Holds.Change(ctx, hold, func(h *Hold) error {
		h.Kind, h.Record, h.Area, h.Restricted, h.Because, h.Look = kind, id, about.Area, about.Restricted, because, at.Add(lookAgain)
		if h.ID = hold; !h.Open {
			h.turn(Turn{At: at, By: mediation.SystemActor.ID, Held: true})
		}
		return nil
	})
	return because, err
}

// because is what a record is held with; "" for nothing.
func (s *Service) because(ctx context.Context, kind string, about *mediation.Record) (string, error) {
	for _, id := range about.Cases {
		if held, err := s.Holds.CaseHeld(ctx, id); err != nil || held {
			return "case/" + id, err
		}
	}
	for _, id := range about.Parts {
		if held, err := s.Holds.Held(ctx, kind, id); err != nil || held {
			return kind + "/" + id, err
		}
	}
	return "", nil
}

// relook lets go of holds whose cause is held no longer, and says how many it looked at.
func (s *Service) relook(ctx context.Context) error {
	now := mediation.Instant(s.Now())
	ids, _, err := s.Holds.Due(ctx, now, batch)
	failed := []error{err}
	for _, id := range ids {
		h, err := s.Holds.Load(ctx, id)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		about, err := s.about(ctx, h.Kind, h.Record)
		because := ""
		if err == nil {
			because, err = s.because(ctx, h.Kind, &about)
		}
		if err != nil && !errors.Is(err, mediation.ErrNotFound) {
			failed = append(failed, err)
			continue
		}
		_, err = s.Holds.Change(ctx, id, func(h *Hold) error {
			if h.Look = now.Add(lookAgain); because != h.Because {
				h.Look = time.Time{}
				h.turn(Turn{At: now, By: mediation.SystemActor.ID})
			}
			return nil
		})
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

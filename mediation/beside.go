package mediation

import (
	"context"
	"time"
)

// Beside is an event that a room beside the case tells of in its timeline: a paper of supervision, and the like. It changes nothing of
// the case, so the revision stays; what reads timelines finds it.
type Beside struct {
	// ID is the room's own and the same on every run: an event that the timeline has is not written again.
	ID    string
	At    time.Time
	Actor string
	Role  Role
	Kind  string
	Data  map[string]string // codes and figures, never personal values
}

// Record writes an event of another room into a case's timeline, once. again says that it may have been written before, so that the whole
// timeline is searched and not its newest part alone.
func (s *Service) Record(ctx context.Context, id string, e Beside, again bool) error {
	return s.record(ctx, id, e, again, func(*Case) bool { return true })
}

// record does so where the case still lets it; also may note what goes with the event.
func (s *Service) record(ctx context.Context, id string, e Beside, again bool, also func(*Case) bool) error {
	key := s.Sealer.Hash("beside", e.ID)
	if again {
		known, err := s.logged(ctx, id, key)
		if err != nil || known {
			return err
		}
	}
	_, err := s.Cases.Update(ctx, id, func(c *Case) error {
		if c.carriedOut(key) || !also(c) {
			return nil
		}
		at := e.At
		if n := len(c.Events); n > 0 && at.Before(c.Events[n-1].At) {
			at = c.Events[n-1].At // events are in order of time; what a crash has held up is told late
		}
		c.log(Event{At: at, Actor: e.Actor, Role: e.Role, Kind: e.Kind, From: c.State, To: c.State, Place: c.Cell, Data: e.Data, Cmd: key})
		return nil
	})
	return err
}

func (s *Service) logged(ctx context.Context, id, key string) (bool, error) {
	const page = 320
	for after := 0; ; {
		events, err := s.Cases.Timeline(ctx, id, after, page)
		if err != nil {
			return false, err
		}
		for i := range events {
			if events[i].Cmd == key {
				return true, nil
			}
		}
		if len(events) < page {
			return false, nil
		}
		after = events[len(events)-1].Seq
	}
}

// Rules returns the rules of a policy version, "" for the one in force, for rooms beside the case.
func (s *Service) Rules(ctx context.Context, version string) (Rules, error) {
	return s.rules(ctx, version)
}

// AccusedAt tells whether a unit is one that an accused of the case works at, who must not hear of it.
func (s *Service) AccusedAt(c *Case, unit string) bool { return s.ofAccused(c, unit) }

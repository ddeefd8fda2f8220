package handover

import (
	"context"
	"errors"
	"slices"
	"time"

	"fengqiao/mediation"
)

// Refused is an acceptance that cannot be: the successor lacks a right. Reasons stand beside Matters.
type Refused struct {
	Why     *mediation.Error
	Matters []Matter
	Reasons [][]mediation.Reason
}

func (r *Refused) Error() string { return r.Why.Error() }

// Unwrap returns what kind of refusal it is.
func (r *Refused) Unwrap() error { return r.Why }

// Propose asks a successor, in place of any who was asked before.
func (s *Service) Propose(ctx context.Context, actor mediation.Actor, id string, revision int64, successor string, force bool) (HandOver, error) {
	h, err := s.allowed(ctx, actor, mediation.HandOverPropose, id)
	if err != nil {
		return h, err
	}
	from, err := s.People.Person(ctx, h.Leaver)
	if err != nil {
		return h, err
	}
	if _, err := s.successor(ctx, actor, from, successor); err != nil {
		return h, err
	}
	list, err := s.matters(ctx, from)
	if err != nil {
		return h, err
	}
	list = within(h.Within, list)
	o := Order{By: actor.ID, At: s.now(), Revision: revision}
	return s.HandOvers.Change(ctx, id, func(h *HandOver) error { return h.Propose(o, successor, force, list) })
}

func (s *Service) allowed(ctx context.Context, actor mediation.Actor, a mediation.Action, id string) (HandOver, error) {
	h, err := s.visible(ctx, actor, id)
	if err == nil && !may(actor, a, &h) {
		err = mediation.Refusal("hand-over: allowed", mediation.Forbidden, "forbidden", "")
	}
	return h, err
}

// Accept takes over everything or, where the successor lacks a right to anything of it, nothing. Where matters have come since they
// were asked, the report is renewed and they look again.
func (s *Service) Accept(ctx context.Context, actor mediation.Actor, id string, revision int64) (HandOver, error) {
	h, err := s.allowed(ctx, actor, mediation.HandOverAnswer, id)
	if err != nil {
		return h, err
	}
	if h.Revision != revision {
		return h, mediation.ErrStale
	}
	from, err := s.People.Person(ctx, h.Leaver)
	if err != nil {
		return h, err
	}
	now, err := s.matters(ctx, from)
	if err != nil {
		return h, err
	}
	now = within(h.Within, now)
	o := Order{By: actor.ID, At: s.now(), Revision: revision}
	if h.State == Proposed && h.News(now) {
		_, err = s.HandOvers.Change(ctx, id, func(h *HandOver) error { return h.Renew(o, now) })
		return h, errors.Join(err, mediation.Refusal("hand-over: accept", mediation.Conflict, "handover.changed", ""))
	}
	if err := s.fits(ctx, h, now); err != nil {
		return h, err
	}
	file, err := s.Files.FileOf(ctx, h.Leaver)
	if err != nil {
		return h, err
	}
	if h, err = s.HandOvers.Change(ctx, id, func(h *HandOver) error { return h.Accept(o, now, file) }); err != nil {
		return h, err
	}
	carried, err := s.carry(ctx, h)
	if err != nil {
		// It stands, and the sweep goes on with it: that is the answer.
		s.Log.WarnContext(ctx, "hand-over left to the sweep", "hand_over", h.ID, "cause", err)
		return h, nil
	}
	return carried, nil
}

// fits refuses what the successor lacks the right to, with the reasons of every matter.
func (s *Service) fits(ctx context.Context, h HandOver, now []Matter) error {
	h.Matters = now
	l, err := s.judged(ctx, h)
	if err != nil {
		return err
	}
	_, to, err := s.both(ctx, &h)
	if err == nil {
		err = s.For(ctx, to.Actor, &l)
	}
	if err != nil {
		return err
	}
	if slices.ContainsFunc(l.Hindrances, func(why []mediation.Reason) bool { return len(why) > 0 }) {
		return &Refused{Why: mediation.Refusal("hand-over: fits", mediation.Conflict, "handover.lacks_right", ""), Matters: l.Matters, Reasons: l.Hindrances}
	}
	return nil
}

// carry hands over every matter of an accepted hand-over, and notes that it is done. It may run any number of times, at once too.
func (s *Service) carry(ctx context.Context, h HandOver) (HandOver, error) {
	from, to, err := s.both(ctx, &h)
	if err != nil {
		return h, err
	}
	outcomes := make([]Outcome, 0, len(h.Matters))
	for _, m := range h.Matters {
		passed, err := s.hand(ctx, &h, m, from, to)
		if errors.Is(err, mediation.ErrNotFound) {
			passed, err = mediation.PassedOver, nil
		}
		if err != nil {
			return h, err
		}
		outcomes = append(outcomes, Outcome{Room: m.Room, Key: m.Key, Passed: passed})
	}
	at := s.now()
	return s.HandOvers.Change(ctx, h.ID, func(h *HandOver) error { h.Finish(at, outcomes); return nil })
}

// Refuse declines to take over.
func (s *Service) Refuse(ctx context.Context, actor mediation.Actor, id string, revision int64, reason string) (HandOver, error) {
	if reason == "" {
		return HandOver{}, mediation.Refusal("hand-over: refuse", mediation.Invalid, "required", "reason")
	}
	h, err := s.allowed(ctx, actor, mediation.HandOverAnswer, id)
	if err != nil {
		return h, err
	}
	o := Order{By: actor.ID, At: s.now(), Revision: revision}
	if o.Words, err = s.seal(ctx, h.Key, reason); err != nil {
		return h, err
	}
	return s.HandOvers.Change(ctx, id, func(h *HandOver) error { return h.Refuse(o) })
}

// Cancel ends a hand-over that nobody needs any more. That of a locked account stays owed while it holds what nobody else does.
func (s *Service) Cancel(ctx context.Context, actor mediation.Actor, id string, revision int64, reason string) (HandOver, error) {
	h, err := s.allowed(ctx, actor, mediation.HandOverPropose, id)
	if err != nil {
		return h, err
	}
	who, err := s.People.Person(ctx, h.Leaver)
	if err != nil {
		return h, err
	}
	if who.Locked {
		if err := s.LetGo(ctx, actor, who.ID, false, "", ""); err != nil {
			return h, err
		}
	}
	o := Order{By: actor.ID, At: s.now(), Revision: revision}
	if o.Words, err = s.seal(ctx, h.Key, reason); err != nil {
		return h, err
	}
	return s.HandOvers.Change(ctx, id, func(h *HandOver) error { return h.Cancel(o) })
}

// sweepBatch bounds one sweep.
const sweepBatch = 20

// Sweep goes on with accepted hand-overs that a crash, or a store that was away, has left unfinished, and says how many it finished.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	ids, err := s.HandOvers.Due(ctx, s.now(), sweepBatch)
	if err != nil {
		return 0, err
	}
	done := 0
	var failed []error
	for _, id := range ids {
		h, err := s.HandOvers.Load(ctx, id)
		if err == nil {
			_, err = s.carry(ctx, h)
		}
		if err == nil {
			done++
			continue
		}
		at := s.now()
		_, late := s.HandOvers.Change(ctx, id, func(h *HandOver) error { h.Stand(at); return nil })
		failed = append(failed, err, late)
	}
	return done, errors.Join(failed...)
}

// NextDue is the first instant, not after until, at which Sweep has something to do; zero if there is none.
func (s *Service) NextDue(ctx context.Context, until time.Time) (time.Time, error) {
	ids, err := s.HandOvers.Due(ctx, until, 1)
	if err != nil || len(ids) == 0 {
		return time.Time{}, err
	}
	h, err := s.HandOvers.Load(ctx, ids[0])
	return h.NextDue, err
}

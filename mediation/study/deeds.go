package study

import (
	"context"
	"errors"
	"strconv"
	"time"

	"fengqiao/mediation"
)

// party checks whom a study is to name: somebody who exists, and nobody who must not hear of an accusation.
func (s *Service) party(ctx context.Context, c *mediation.Case, p Party) error {
	if (p.User == "") == (p.Unit == "") {
		return mediation.Refusal("study", mediation.Invalid, "study.either", "user")
	}
	unit := p.Unit
	if p.User != "" {
		var err error
		if unit, err = s.People.UnitOf(ctx, p.User); errors.Is(err, mediation.ErrNotFound) {
			return mediation.Refusal("study", mediation.Invalid, "unknown_value", "user", "value", p.User)
		} else if err != nil {
			return err
		}
	} else if staffed, err := s.People.Staffed(ctx, p.Unit, c.Area); err != nil {
		return err
	} else if !staffed {
		return mediation.Refusal("study", mediation.Invalid, "unknown_value", "unit", "value", p.Unit)
	}
	if s.Cases.AccusedAt(c, unit) {
		return mediation.Refusal("study", mediation.Conflict, "case.accused_unit", "unit", "unit", unit)
	}
	return nil
}

// caseOf is the case of a study, of which the actor wants to change something.
func (s *Service) caseOf(ctx context.Context, actor mediation.Actor, id string, a mediation.Action) (mediation.Case, error) {
	st, err := s.load(ctx, actor, id, a)
	if err != nil {
		return mediation.Case{}, err
	}
	return s.Reader.Load(ctx, st.Case)
}

// Join names a member.
func (s *Service) Join(ctx context.Context, actor mediation.Actor, id, key string, p Party) (Study, error) {
	c, err := s.caseOf(ctx, actor, id, mediation.StudyLead)
	if err != nil {
		return Study{}, err
	}
	if err := s.party(ctx, &c, p); err != nil {
		return Study{}, err
	}
	return s.do(ctx, actor, id, mediation.StudyLead, func(t *turn) error { return t.join(Member{ID: idOf("member", id, actor.ID, key), Party: p}) })
}

// Leave takes a member off.
func (s *Service) Leave(ctx context.Context, actor mediation.Actor, id, member string) (Study, error) {
	return s.do(ctx, actor, id, mediation.StudyLead, func(t *turn) error { return t.leave(member) })
}

// Put puts material before the members.
func (s *Service) Put(ctx context.Context, actor mediation.Actor, id, key, text string, photos []string) (Study, error) {
	if len(photos) > MaxPhotos {
		return Study{}, mediation.Refusal("study", mediation.Invalid, "too_many", "photos", "max", strconv.Itoa(MaxPhotos))
	}
	c, err := s.caseOf(ctx, actor, id, mediation.StudyPart)
	if err != nil {
		return Study{}, err
	}
	words, err := s.seal(ctx, &c, "text", text)
	if err != nil {
		return Study{}, err
	}
	return s.do(ctx, actor, id, mediation.StudyPart, func(t *turn) error {
		if !SeesWhole(actor, t.Study) {
			return mediation.Refusal("study", mediation.Forbidden, "forbidden", "")
		}
		return t.put(Material{ID: idOf("material", id, actor.ID, key), Words: words, Photos: photos})
	})
}

// Conclude ends the study.
func (s *Service) Conclude(ctx context.Context, actor mediation.Actor, id, text string) (Study, error) {
	c, err := s.caseOf(ctx, actor, id, mediation.StudyLead)
	if err != nil {
		return Study{}, err
	}
	words, err := s.seal(ctx, &c, "text", text)
	if err != nil {
		return Study{}, err
	}
	return s.do(ctx, actor, id, mediation.StudyLead, func(t *turn) error { return t.conclude(words) })
}

// Give orders somebody something.
func (s *Service) Give(ctx context.Context, actor mediation.Actor, id, key string, p Party, text string, due time.Time) (Study, error) {
	c, err := s.caseOf(ctx, actor, id, mediation.StudyLead)
	if err != nil {
		return Study{}, err
	}
	if err := s.party(ctx, &c, p); err != nil {
		return Study{}, err
	}
	words, err := s.seal(ctx, &c, "text", text)
	if err != nil {
		return Study{}, err
	}
	o := Order{ID: idOf("order", id, actor.ID, key), Party: p, Words: words, Due: mediation.Instant(due)}
	return s.do(ctx, actor, id, mediation.StudyLead, func(t *turn) error { return t.give(o) })
}

// Report notes that an order was carried out: by whom it was given to, or by those who lead the study, whom they told.
func (s *Service) Report(ctx context.Context, actor mediation.Actor, id, order, text string) (Study, error) {
	c, err := s.caseOf(ctx, actor, id, mediation.StudyPart)
	if err != nil {
		return Study{}, err
	}
	words, err := s.seal(ctx, &c, "text", text)
	if err != nil {
		return Study{}, err
	}
	return s.do(ctx, actor, id, mediation.StudyPart, func(t *turn) error {
		if o := t.order(order); o != nil && !o.Is(actor, t.Area) && !sees(actor, mediation.StudyLead, t.Study) {
			return mediation.Refusal("study", mediation.Forbidden, "forbidden", "")
		}
		return t.report(order, words)
	})
}

// Words opens what was said; "" where it was erased.
func (s *Service) Words(ctx context.Context, v mediation.Sealed) (string, error) {
	return s.Cases.Open(ctx, v)
}

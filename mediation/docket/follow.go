package docket

import (
	"context"
	"slices"

	"fengqiao/mediation"
)

// may tells whether the actor may do the action to a decision about a case: by the case's area, where they see the case itself, or because
// they are to carry it out and are not of an accused's side in it.
func (s *Service) may(actor mediation.Actor, a mediation.Action, d *Decision, c *mediation.Case) bool {
	if s.Core.AccusedAt(c, actor.Unit) || mediation.Withholds(c.KeptFrom(), actor.Keys()) {
		return false
	}
	scopes := mediation.Scopes(a, actor.Role)
	return slices.Contains(scopes, mediation.InArea) && actor.Area.Contains(c.Area) && mediation.MayCase(actor, mediation.CaseRead, c) ||
		slices.Contains(scopes, mediation.TakesPart) && d.Is(actor, d.Area)
}

// decision reads a decision, and its case, for an actor who wants to do something to it. One that they may not see is mediation.ErrNotFound.
func (s *Service) decision(ctx context.Context, actor mediation.Actor, id string, a mediation.Action) (d Decision, c mediation.Case, err error) {
	if d, err = s.Decisions.Load(ctx, id); err != nil {
		return d, c, err
	}
	if c, err = s.Cases.Load(ctx, d.Case); err != nil {
		return d, c, err
	}
	switch {
	case !s.may(actor, mediation.DocketFollow, &d, &c):
		return Decision{}, mediation.Case{}, mediation.ErrNotFound
	case !s.may(actor, a, &d, &c):
		return d, c, mediation.Refusal("review", mediation.Forbidden, "forbidden", "")
	}
	return d, c, nil
}

// May tells whether the actor may do something to a decision, and whether they see it at all.
func (s *Service) May(ctx context.Context, actor mediation.Actor, id string, a mediation.Action) error {
	_, _, err := s.decision(ctx, actor, id, a)
	return err
}

// Read reads a decision, with what has become of it.
func (s *Service) Read(ctx context.Context, actor mediation.Actor, id string) (Followed, error) {
	d, c, err := s.decision(ctx, actor, id, mediation.DocketFollow)
	if err != nil {
		return Followed{}, err
	}
	return s.followed(&d, &c), nil
}

func (s *Service) followed(d *Decision, c *mediation.Case) Followed {
	h := c.Summarise()
	return Followed{*d, h, FollowUpOf(d, &h, s.now())}
}

// Theirs pages the decisions that the actor sees, newest first. A page may hold fewer than limit.
func (s *Service) Theirs(ctx context.Context, actor mediation.Actor, f Filter, cursor string, limit int) ([]Followed, string, error) {
	scopes := mediation.Scopes(mediation.DocketFollow, actor.Role)
	f.Area, f.User, f.Unit = "", "", ""
	if slices.Contains(scopes, mediation.InArea) {
		f.Area = actor.Area
	}
	if slices.Contains(scopes, mediation.TakesPart) {
		f.User, f.Unit = actor.ID, actor.Unit
	}
	list, next, err := s.Decisions.List(ctx, f, cursor, limit)
	if err != nil {
		return nil, "", err
	}
	var seen []Followed
	for i := range list {
		c, err := s.Cases.Load(ctx, list[i].Case)
		if err != nil {
			return nil, "", err
		}
		if s.may(actor, mediation.DocketFollow, &list[i], &c) {
			seen = append(seen, s.followed(&list[i], &c))
		}
	}
	return seen, next, nil
}

// Report notes that a decision has been carried out: by whom it was given to, or by the office, whom they told.
func (s *Service) Report(ctx context.Context, actor mediation.Actor, id, text string) (Followed, error) {
	_, c, err := s.decision(ctx, actor, id, mediation.DocketReport)
	if err != nil {
		return Followed{}, err
	}
	words, err := s.seal(ctx, &c, text)
	if err != nil {
		return Followed{}, err
	}
	at := s.now()
	d, err := s.Decisions.Update(ctx, id, func(d *Decision) ([]mediation.Notice, error) {
		t := &turn{Decision: d, at: at, by: actor}
		if err := t.report(words); err != nil {
			return nil, err
		}
		d.Stumble = 0
		t.schedule(false)
		return t.notices, nil
	})
	if err == nil {
		d, err = s.settle(ctx, d, false)
	}
	if err != nil {
		return Followed{}, err
	}
	return s.followed(&d, &c), nil
}

// Open opens what was said; "" where it was erased.
func (s *Service) Open(ctx context.Context, v mediation.Sealed) (string, error) {
	return s.Core.Open(ctx, v)
}

// settle tells the case's timeline what it does not have yet. again says that it may have been told before.
func (s *Service) settle(ctx context.Context, d Decision, again bool) (Decision, error) {
	if len(d.Untold) == 0 {
		return d, nil
	}
	for _, e := range d.Untold {
		if err := s.Core.Record(ctx, d.Case, e, again); err != nil {
			return d, err
		}
	}
	last, at := d.Untold[len(d.Untold)-1].ID, s.now()
	return s.Decisions.Update(ctx, d.ID, func(d *Decision) ([]mediation.Notice, error) {
		if i := slices.IndexFunc(d.Untold, func(e mediation.Beside) bool { return e.ID == last }); i >= 0 {
			d.Untold = slices.Clone(d.Untold[i+1:])
		}
		(&turn{Decision: d, at: at}).schedule(false)
		return nil, nil
	})
}

// Package retention (保存期限) lets go of what rooms beside the cases keep of people, once it has been kept for as many days as the policy in
// force says (个人信息保护法 19, 47: who keeps it erases it by themselves). Cases and reports wait for somebody's order. What is
// held for the law stays. What becomes of a record is its room's affair: words are erased by their keys, links struck off; what is counted of it stays.
//
// Nothing is noted of what will fall due: a room tells since when it has been keeping what, so that another policy holds at once for all.
package retention

import (
	"context"
	"errors"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// Records is a room that keeps something of people.
type Records interface {
	// Kept returns the ids of what has been kept since a time or longer, the longest first, at most limit, and since when the first has been.
	Kept(ctx context.Context, until time.Time, limit int) (ids []string, first time.Time, err error)
	// Erase lets go of one of them, after which Kept does not return it. It may be repeated.
	Erase(ctx context.Context, id string) error
	// About tells what a hold must know of one of them; mediation.ErrNotFound.
	About(ctx context.Context, id string) (mediation.Record, error)
}

// Shelf is one kind of records, and for how long policy lets them be kept.
type Shelf struct {
	Kind string // meeting, slip, visit, campaign
	// Zh and En name one of them.
	Zh, En string
	Days   func(policy.Retention) int
	Records
}

// Rules gives the policy in force: mediation.Service.
type Rules interface {
	Rules(ctx context.Context, version string) (mediation.Rules, error)
}

// Service lets go of what has been kept long enough.
type Service struct {
	Shelves []Shelf
	// Holds are the records that stay whatever the days; Holdable the kinds that can be held. What is held is not among what Kept returns.
	Holds    Holds
	Holdable []Holdable
	Rules    Rules
	Now      func() time.Time // case time
}

// batch is how many records of a kind one sweep takes.
const batch = 100

// each calls fn for every shelf whose records are not kept for ever.
func (s *Service) each(ctx context.Context, fn func(sh *Shelf, days int) error) error {
	r, err := s.Rules.Rules(ctx, "")
	if err != nil {
		return err
	}
	var failed []error
	for i := range s.Shelves {
		if days := s.Shelves[i].Days(r.Policy.Retention); days > 0 {
			failed = append(failed, fn(&s.Shelves[i], days))
		}
	}
	return errors.Join(failed...)
}

// Sweep lets go of what is due, a batch of each kind, and says how much that was. What fails holds up nothing else and is told in the error.
func (s *Service) Sweep(ctx context.Context) (done int, err error) {
	now := s.Now()
	late := s.relook(ctx)
	err = s.each(ctx, func(sh *Shelf, days int) error {
		ids, _, err := sh.Kept(ctx, now.AddDate(0, 0, -days), batch)
		failed := []error{err}
		for _, id := range ids {
			because, err := s.keptWith(ctx, sh.Kind, id)
			if err == nil && because == "" {
				err = sh.Erase(ctx, id)
			}
			if because != "" || mediation.IsHeld(err) { // held this moment: it is not among them any more
				continue
			}
			if err != nil {
				failed = append(failed, err)
				continue
			}
			done++
		}
		return errors.Join(failed...)
	})
	return done, errors.Join(late, err)
}

// NextDue is the first instant, not after until, at which the sweep has something to do; zero if there is none.
func (s *Service) NextDue(ctx context.Context, until time.Time) (first time.Time, err error) {
	err = s.each(ctx, func(sh *Shelf, days int) error {
		ids, since, err := sh.Kept(ctx, until.AddDate(0, 0, -days), 1)
		if due := since.AddDate(0, 0, days); err == nil && len(ids) > 0 && (first.IsZero() || due.Before(first)) {
			first = due
		}
		return err
	})
	ids, look, late := s.Holds.Due(ctx, until, 1)
	if len(ids) > 0 && (first.IsZero() || look.Before(first)) {
		first = look
	}
	return first, errors.Join(err, late)
}

// Due is what of one kind has been kept long enough.
type Due struct {
	*Shelf
	Days int
	IDs  []string
}

// MostListed bounds what is listed of one kind.
const MostListed = 1000

// Due lists what has been kept long enough, at most MostListed of each kind.
func (s *Service) Due(ctx context.Context) (list []Due, err error) {
	now := s.Now()
	err = s.each(ctx, func(sh *Shelf, days int) error {
		ids, _, err := sh.Kept(ctx, now.AddDate(0, 0, -days), MostListed)
		if len(ids) > 0 {
			list = append(list, Due{sh, days, ids})
		}
		return err
	})
	return list, err
}

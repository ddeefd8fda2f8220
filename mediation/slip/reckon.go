package slip

import (
	"context"
	"errors"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/due"
)

// Reckon works the slip's limits out anew after the days off of a year have become known or changed, and tells whether any ends at another time.
// One that its issuer named stays, and so does one that has run out: it was late by what was known then.
func Reckon(s *Slip, now time.Time, r Rules) bool {
	data := map[string]string{}
	for _, t := range s.Terms(r) {
		end, ok := r.Calendar.Reckoned(&t)
		if !ok || end.Equal(t.Due) {
			continue
		}
		data[t.Name+"_before"], data[t.Name] = t.Due.UTC().Format(time.RFC3339), end.Format(time.RFC3339)
		if l := s.limitOf(t.Name); l != nil {
			l.Due = end
		}
	}
	if len(data) == 0 {
		return false
	}
	s.log(Entry{At: now, Actor: mediation.SystemActor.ID, Role: mediation.System, Kind: "reckoned", Data: data})
	s.Revision++
	s.Changed = now
	s.schedule(r)
	return true
}

// Reckon is a run over the slips whose limits run, and over the cases that are watched for progress. It changes none twice, so that it may be run
// again at any time and by any instance; it returns how many it changed. What fails holds up nothing else.
func (s *Service) Reckon(ctx context.Context) (n int, err error) {
	now := s.now()
	var failed []error
	err = s.Slips.EachDue(ctx, func(id string) error {
		reckoned, err := s.reckon(ctx, id, now)
		if reckoned {
			n++
		}
		if err != nil {
			failed = append(failed, err)
		}
		return ctx.Err()
	})
	watched := s.Watches.EachWatched(ctx, func(id string) error {
		issued, err := s.watch(ctx, id, now)
		n += issued
		if err != nil {
			failed = append(failed, err)
		}
		return ctx.Err()
	})
	return n, errors.Join(append(failed, err, watched)...)
}

func (s *Service) reckon(ctx context.Context, id string, now time.Time) (bool, error) {
	sl, err := s.Slips.Load(ctx, id)
	if err != nil {
		return false, err
	}
	r, err := s.rules(ctx, sl.Policy, sl.Kind)
	if err != nil {
		return false, err
	}
	sl, err = s.Slips.Update(ctx, id, func(x *Slip) error {
		if !Reckon(x, now, r) {
			return due.ErrSame
		}
		return nil
	})
	if errors.Is(err, due.ErrSame) {
		return false, nil
	}
	if err == nil {
		s.settled(ctx, sl)
	}
	return err == nil, err
}

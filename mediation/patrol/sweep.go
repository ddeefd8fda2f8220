package patrol

import (
	"context"
	"time"
)

// forgetBatch is how many check-ins are removed at a time.
const forgetBatch = 500

// NextDue is when the oldest check-in has been kept for as long as policy lets it be, if that is not after until; else zero.
func (s *Service) NextDue(ctx context.Context, until time.Time) (time.Time, error) {
	keep, err := s.keep(ctx)
	if err != nil || keep == 0 {
		return time.Time{}, err
	}
	oldest, err := s.Checkins.Oldest(ctx)
	if err != nil || oldest.IsZero() {
		return time.Time{}, err
	}
	if due := oldest.Add(keep); !due.After(until) {
		return due, nil
	}
	return time.Time{}, nil
}

// Sweep removes the check-ins that have been kept long enough.
func (s *Service) Sweep(ctx context.Context) (gone int, err error) {
	keep, err := s.keep(ctx)
	if err != nil || keep == 0 {
		return 0, err
	}
	before := s.now().Add(-keep + time.Millisecond) // what is due at this very moment goes, too
	for {
		n, err := s.Checkins.Forget(ctx, before, forgetBatch)
		gone += n
		if err != nil || n < forgetBatch {
			return gone, err
		}
	}
}

// keep is how long check-ins are kept. Where a new policy has no patrols any more, what is there stays until one says what becomes of it.
func (s *Service) keep(ctx context.Context) (time.Duration, error) {
	r, err := s.Rules.Rules(ctx, "")
	if err != nil {
		return 0, err
	}
	return time.Duration(r.Policy.Retention.CheckinDays) * 24 * time.Hour, nil
}

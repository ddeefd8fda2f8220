package slip

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// overlap is how far back each pass looks: an event bears the time at which it was decided and may be stored some moments later.
const overlap = 2 * time.Minute

// sense issues what policy has the system issue. It follows the cases by the order in which they move and keeps for each when it will
// have been without progress for too long; what is kept may be worked out anew at any time, and each slip has the id of its cause, so that
// nothing is issued twice. Each case goes by the policy that it is judged under, whatever is in force: a county that puts rules without triggers
// in force owes the older cases their warnings still.
func (s *Service) sense(ctx context.Context, now time.Time) (int, error) {
	s.mu.Lock() // one pass at a time in this instance
	defer s.mu.Unlock()
	n, err := s.follow(ctx, now)
	ids, _, watched := s.Watches.Watched(ctx, now, batch)
	failed := []error{err, watched}
	for _, id := range ids {
		issued, err := s.watch(ctx, id, now)
		if err != nil {
			err = errors.Join(err, s.Watches.Watch(ctx, id, now.Add(mediation.Grace))) // it must not starve the others
		}
		n, failed = n+issued, append(failed, err)
	}
	return n, errors.Join(failed...)
}

// follow looks at the cases that something has happened in since the last pass of any instance.
func (s *Service) follow(ctx context.Context, now time.Time) (n int, err error) {
	seen, err := s.Watches.Seen(ctx)
	if err != nil {
		return 0, err
	}
	since := seen.Add(-overlap)
	if seen.IsZero() || seen.After(now) {
		since = time.Time{}
	}
	looked, failed := map[string]int64{}, []error(nil)
	err = s.Moves.Moved(ctx, since, func(c *mediation.Summary) error {
		if revision, known := s.looked[c.ID]; known && revision == c.Revision {
			looked[c.ID] = revision
			return ctx.Err()
		}
		triggered, err := s.triggered(ctx, c.Policy)
		if err != nil {
			return err
		}
		switch {
		case !c.State.Over() && triggered:
			issued, err := s.watch(ctx, c.ID, now)
			n += issued
			if err != nil {
				failed = append(failed, err)
				return ctx.Err()
			}
		case c.State.Over() && triggered && !since.IsZero():
			if err := s.Watches.Watch(ctx, c.ID, time.Time{}); err != nil {
				return err
			}
		}
		looked[c.ID] = c.Revision
		return ctx.Err()
	})
	s.looked = looked
	if err = errors.Join(append(failed, err)...); err != nil || !seen.IsZero() && now.Sub(seen) < overlap && !now.Before(seen) {
		return n, err
	}
	return n, s.Watches.See(ctx, now)
}

// triggered tells whether a version of the policy has the system issue anything; where it does not its cases need not be read. What an earlier
// release stored does not say by which it is judged ("").
func (s *Service) triggered(ctx context.Context, version string) (bool, error) {
	if version == "" {
		return true, nil
	}
	r, err := s.Cases.Rules(ctx, version)
	return err == nil && len(r.Policy.Slips.Triggers) > 0, err
}

// watch looks at one case by the policy that it is judged under: it issues what is due and keeps when something will be.
func (s *Service) watch(ctx context.Context, id string, now time.Time) (issued int, err error) {
	c, err := s.Reader.Load(ctx, id)
	if errors.Is(err, mediation.ErrNotFound) {
		return 0, s.Watches.Watch(ctx, id, time.Time{})
	}
	if err != nil {
		return 0, err
	}
	r, err := s.Cases.Rules(ctx, c.Policy)
	if err != nil {
		return 0, err
	}
	var next time.Time
	for i := range r.Policy.Slips.Triggers {
		t := &r.Policy.Slips.Triggers[i]
		if !t.Covers(c.Channel, c.Category) {
			continue
		}
		due, cause, err := s.trip(ctx, &c, t, r)
		switch {
		case err != nil:
			return issued, err
		case due.IsZero():
		case due.After(now):
			if next.IsZero() || due.Before(next) {
				next = due
			}
		default:
			done, err := s.warn(ctx, &c, t, cause)
			if err != nil {
				return issued, err
			}
			issued += done
		}
	}
	return issued, s.Watches.Watch(ctx, id, next)
}

// trip is when a trigger issues, or has issued, something on the case, and by what cause; zero: never as things stand. A case that is
// over moves no more, one that is closed waits for the return visit alone, and one that is suspended for a court.
func (s *Service) trip(ctx context.Context, c *mediation.Case, t *policy.SlipTrigger, r mediation.Rules) (due time.Time, cause string, err error) {
	switch {
	case c.State.Over():
		return due, "", nil
	case t.When == policy.Breach:
		return s.breach(ctx, c, t)
	case c.State == mediation.Suspended || c.State == mediation.Closed:
		return due, "", nil
	}
	p, err := s.lastProgress(ctx, c, t)
	return r.Calendar.AfterPaused(p.last, t.Within, p.stood()).UTC(), p.last.Format(time.RFC3339Nano), err
}

// lastProgress is the newest event that the trigger takes for progress, or the opening of the case.
func (s *Service) lastProgress(ctx context.Context, c *mediation.Case, t *policy.SlipTrigger) (progress, error) {
	newest := progressOf(t, c.Opened)
	if newest.note(c.Events); newest.last.After(c.Opened) || c.Spilled == 0 {
		return newest, nil
	}
	whole := progressOf(t, c.Opened)
	err := s.pages(ctx, c.ID, whole.note)
	return whole, err
}

// progress is the newest event of some kinds, as a timeline is gone through.
type progress struct {
	kinds, steps []string // steps are those of a petition
	last         time.Time
	passed, from time.Time // when the case was last passed on, where that was progress, and what was the newest before
	since        time.Time // it has been suspended; zero: it is not
	pauses       []clock.Pause
}

func progressOf(t *policy.SlipTrigger, opened time.Time) progress {
	p := progress{kinds: t.Progress, steps: t.PetitionSteps, last: opened}
	if len(p.steps) == 0 {
		for _, step := range mediation.ProgressSteps {
			p.steps = append(p.steps, string(step))
		}
	}
	return p
}

// counts tells whether an event is progress.
func (p *progress) counts(e *mediation.Event) bool {
	return slices.Contains(p.kinds, e.Kind) && (e.Kind != string(mediation.CmdPetition) || slices.Contains(p.steps, e.Data["step"]))
}

// pause notes when the case was suspended. That is no progress, nor is its end: it is left out.
func (p *progress) pause(e *mediation.Event) {
	switch {
	case e.To == mediation.Suspended && p.since.IsZero():
		p.since = e.At
	case e.To != mediation.Suspended && !p.since.IsZero():
		p.pauses, p.since = append(p.pauses, clock.Pause{From: p.since, To: e.At}), time.Time{}
	}
}

// stood is when the case was suspended since its newest progress.
func (p *progress) stood() (list []clock.Pause) {
	for _, x := range p.pauses {
		if x.From.Before(p.last) {
			x.From = p.last
		}
		if x.To.After(x.From) {
			list = append(list, x)
		}
	}
	return list
}

// note takes events in their order. What was passed on and came back, taken back or objected to, has moved nowhere: it counts as if it had not been passed on.
func (p *progress) note(events []mediation.Event) {
	for i := range events {
		e := &events[i]
		p.pause(e)
		switch {
		case returns(e):
			if !p.passed.IsZero() && p.last.Equal(p.passed) {
				p.last = p.from
			}
			p.passed = time.Time{}
		case p.counts(e) && e.At.After(p.last):
			if passesOn(e) {
				if p.passed.IsZero() || !p.last.Equal(p.passed) {
					p.from = p.last
				}
				p.passed = e.At
			}
			p.last = e.At
		}
	}
}

// passesOn tells whether an event gives the case to somebody else, returns whether it comes back from them.
func passesOn(e *mediation.Event) bool {
	return e.Kind == string(mediation.CmdTransfer) || e.Data["step"] == string(mediation.StepSend)
}

func returns(e *mediation.Event) bool {
	return e.Kind == string(mediation.CmdTakeBack) || e.Data["step"] == string(mediation.StepObject)
}

// pages goes through a whole timeline.
func (s *Service) pages(ctx context.Context, id string, fn func([]mediation.Event)) error {
	const page = 320
	for after := 0; ; {
		events, err := s.Reader.Timeline(ctx, id, after, page)
		if err != nil {
			return err
		}
		fn(events)
		if len(events) < page {
			return nil
		}
		after = events[len(events)-1].Seq
	}
}

// breach is the newest breach of the trigger's clock.
func (s *Service) breach(ctx context.Context, c *mediation.Case, t *policy.SlipTrigger) (due time.Time, cause string, err error) {
	if !c.Course.Known || c.Course.Breached.IsZero() {
		return due, "", nil
	}
	note := func(events []mediation.Event) {
		for i := range events {
			if e := &events[i]; e.Kind == "breached" && (t.Clock == "" || e.Data["clock"] == t.Clock) {
				due, cause = e.At, strconv.Itoa(e.Seq)
			}
		}
	}
	if note(c.Events); cause == "" && c.Spilled > 0 {
		err = s.pages(ctx, c.ID, note)
	}
	return due, cause, err
}

// warn issues what the trigger says, once for the same cause: to the unit that the case lies with, or to the post in its area.
func (s *Service) warn(ctx context.Context, c *mediation.Case, t *policy.SlipTrigger, cause string) (int, error) {
	id := idOf("trigger", c.ID, t.Key, cause)
	_, err := s.Slips.Load(ctx, id)
	if !errors.Is(err, mediation.ErrNotFound) {
		return 0, err
	}
	to := Addressee{Unit: c.Unit, Area: c.Area}
	if c.Unit == "" {
		to = Addressee{Role: mediation.Role(t.Post), Area: c.Area}
	}
	if c.Accusation && !reachesNoAccused(to) || s.Cases.AccusedAt(c, to.Unit) {
		to = Addressee{Role: mediation.CountyStaff, Area: c.Area}
	}
	_, err = s.issue(ctx, mediation.SystemActor, id, c.Policy, t.Key, Issue{Kind: t.Kind, About: Subject{Kind: AboutCase, ID: c.ID}, To: to, Text: t.Text})
	return 1, err
}

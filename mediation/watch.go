package mediation

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"fengqiao/grid"
)

// Watch is the sweep: everything that falls due, and everything that a crash left half done, is found in the store by a
// question with a time in it. No deadline lives in memory, and any number of instances may sweep at once: whoever writes
// second loses the version check and finds nothing left to do.
type Watch struct {
	*Service
	// Every is the pause between sweeps; Batch the most cases one sweep takes.
	Every time.Duration
	Batch int

	kicked chan string
	stop   chan struct{}
	done   sync.WaitGroup

	mu      sync.Mutex
	figures SweepFigures
}

// SweepFigures are what the loop has done since it was started, for those who watch over the server.
type SweepFigures struct {
	Swept
	Passes, FailedPasses int
	// LastGood is when a pass last ended without a failure of the store; Took is the time spent in all.
	LastGood time.Time
	Took     time.Duration
}

// Figures returns the loop's figures.
func (w *Watch) Figures() SweepFigures {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.figures
}

// pass is one sweep of the loop, counted.
func (w *Watch) pass(ctx context.Context) {
	began := w.Now()
	n, err := w.Sweep(ctx, w.now())
	if err != nil {
		w.Log.ErrorContext(ctx, "sweep", "cause", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	f := &w.figures
	f.Passes++
	f.Cases, f.Failed, f.Reports, f.Seats, f.Drained = f.Cases+n.Cases, f.Failed+n.Failed, f.Reports+n.Reports, f.Seats+n.Seats, f.Drained+n.Drained
	f.Took += w.Now().Sub(began)
	if err != nil {
		f.FailedPasses++
		return
	}
	f.LastGood = w.Now()
}

// Grace is how long work in progress is left alone before a sweep takes it for the remains of a crash.
const Grace = time.Minute

// NewWatch returns a sweep over the service's stores and lets the service hint at cases that have something due at once.
func NewWatch(s *Service, every time.Duration, batch int) *Watch {
	w := &Watch{Service: s, Every: every, Batch: batch, kicked: make(chan string, 4096), stop: make(chan struct{})}
	s.Kick = w.kick
	return w
}

func (w *Watch) kick(id string) {
	select {
	case w.kicked <- id:
	default: // full: the sweep finds it
	}
}

// Start begins sweeping; Stop ends it and waits.
func (w *Watch) Start() {
	w.done.Add(2)
	go w.loop()
	go w.hurry()
}

// Stop ends the sweep and waits for the pass under way.
func (w *Watch) Stop() {
	close(w.stop)
	w.done.Wait()
}

func (w *Watch) loop() {
	defer w.done.Done()
	ticker := time.NewTicker(w.Every)
	defer ticker.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-ticker.C:
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		w.pass(ctx)
		cancel()
	}
}

// hurry sees to cases that have just asked for it.
func (w *Watch) hurry() {
	defer w.done.Done()
	for {
		select {
		case <-w.stop:
			return
		case id := <-w.kicked:
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			w.attend(ctx, id, w.now())
			cancel()
		}
	}
}

// Swept counts what one sweep did.
type Swept struct {
	Cases, Failed, Reports, Seats, Drained int
}

// Sweep sees to everything that is due at now. A case that fails is put off, ever longer, and holds nobody up; nor does one
// kind of work that fails hold up the others.
func (w *Watch) Sweep(ctx context.Context, now time.Time) (Swept, error) {
	now = Instant(now) // as stores keep it
	var n Swept
	cases := w.sweepCases(ctx, now, &n)
	reports := w.sweepReports(ctx, now, &n)
	var seats, drained error
	n.Seats, seats = w.SettleSeats(ctx, now.Add(-Grace), w.Batch)
	n.Drained, drained = w.Cases.Drain(ctx, w.Batch)
	return n, errors.Join(cases, reports, seats, drained)
}

func (w *Watch) sweepCases(ctx context.Context, now time.Time, n *Swept) error {
	ids, err := w.Cases.Due(ctx, now, w.Batch)
	if err != nil {
		return err
	}
	done := w.tickAll(ctx, ids, now)
	n.Cases += len(done)
	for _, id := range ids {
		if done[id] {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if w.attend(ctx, id, now) {
			n.Cases++
		} else {
			n.Failed++
		}
	}
	return nil
}

// tickAll brings many cases to now, several in one write, and says which need nothing more. The rest have chores, have failed
// before, or fail: each is attended by itself, so that it is put off by itself.
func (w *Watch) tickAll(ctx context.Context, ids []string, now time.Time) map[string]bool {
	done := make(map[string]bool, len(ids))
	for some := range slices.Chunk(ids, inOneWrite) {
		quiet := make(map[string]bool, len(some))
		_, err := w.Cases.UpdateEach(ctx, some, func(c *Case) error {
			quiet[c.ID] = false
			r, err := w.rules(ctx, c.Policy)
			if err != nil {
				return ErrStale // it is told when the case is attended
			}
			before := c.NextDue
			changed := Tick(c, now, r)
			quiet[c.ID] = len(c.Chores) == 0 && c.Stumble == 0
			if !changed && c.NextDue.Equal(before) {
				return ErrStale
			}
			return nil
		})
		if err != nil {
			continue // none of them is taken for done
		}
		maps.Copy(done, quiet)
	}
	maps.DeleteFunc(done, func(_ string, quiet bool) bool { return !quiet })
	return done
}

// sweepReports gives reports a case that a crash has left without one, and tells staff of those that wait to be placed. One that
// fails is put off, so that the rest has its turn.
func (w *Watch) sweepReports(ctx context.Context, now time.Time, n *Swept) error {
	old := now.Add(-Grace)
	pending, err := w.Reports.Pending(ctx, old, w.Batch)
	if err != nil {
		return err
	}
	for _, id := range pending {
		if err := w.lookAfter(ctx, id, now); err != nil {
			w.Log.ErrorContext(ctx, "pending report put off", "report", id, "cause", err)
			n.Failed++
			if err := w.Reports.Defer(ctx, id, old.Add(restAfter(err))); err != nil {
				w.Log.ErrorContext(ctx, "report could not be put off", "report", id, "cause", err)
			}
			w.catchFailed(ctx, id, now)
			continue
		}
		n.Reports++
	}
	return nil
}

// remindUnplaced is how often staff are told of a report that waits to be placed.
const remindUnplaced = 24 * time.Hour

// shortRest is how long what failed is left alone at first, and what failed because the store was away: with that itself nothing is wrong.
const shortRest = 10 * time.Second

// away tells that the store failed, and not what was asked of it.
func away(err error) bool { return errors.Is(err, ErrUnavailable) || errors.Is(err, ErrUncertain) }

// restAfter is how long a report or a reservation that failed is left alone.
func restAfter(err error) time.Duration {
	if away(err) {
		return shortRest
	}
	return 10 * time.Minute
}

func (w *Watch) lookAfter(ctx context.Context, id string, now time.Time) error {
	rep, err := w.Reports.Load(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case rep.Case != "" || !rep.Withdrawn.IsZero():
		// Nothing is to be done: another was quicker, or it was put off for a failure that was none. Stored again it is found no more.
		_, err = w.Reports.Update(ctx, id, func(*Report) error { return nil })
		return err
	case rep.Cell != "" || rep.Emergency:
		_, err = w.settle(ctx, rep, SystemActor)
		return err
	}
	next, err := w.catch(ctx, &rep, now)
	if err != nil {
		return err
	}
	return w.Reports.Tell(ctx, id, func(r *Report) (Notice, error) {
		r.Told++
		r.NextLook = sooner(now.Add(remindUnplaced), next)
		to := Recipient{Role: TownshipStaff, Area: r.Place()}
		if r.Raised != "" {
			to.Role = CountyStaff
		}
		return Notice{ID: "report/" + id + "/" + strconv.Itoa(r.Told), Kind: NoticeUnplaced, At: now, Seq: r.Told, To: to}, nil
	})
}

// attend brings one case to now and does its chores; on failure the case is put off: 10 s, 20 s, 40 s … at most an hour. Where the store was
// away it is always 10 s.
func (w *Watch) attend(ctx context.Context, id string, now time.Time) bool {
	err := w.tend(ctx, id, now)
	if err == nil {
		return true
	}
	w.Log.ErrorContext(ctx, "case put off", "case", id, "cause", err)
	c, loadErr := w.Cases.Load(ctx, id)
	pause := min(shortRest<<min(c.Stumble, 9), time.Hour)
	switch {
	case away(err) || away(loadErr):
		pause = shortRest
	case loadErr != nil:
		pause = time.Hour // not even its stumbles can be read
	}
	if err := w.Cases.Defer(ctx, id, now.Add(pause)); err != nil {
		w.Log.ErrorContext(ctx, "case could not be put off", "case", id, "cause", err)
	}
	return false
}

func (w *Watch) tend(ctx context.Context, id string, now time.Time) error {
	c, err := w.Cases.Load(ctx, id)
	if err != nil {
		return err
	}
	r, err := w.rules(ctx, c.Policy)
	if err != nil {
		return err
	}
	probe := c.clone()
	if Tick(&probe, now, r) || !probe.NextDue.Equal(c.NextDue) {
		if c, err = w.Cases.Update(ctx, id, func(c *Case) error { Tick(c, now, r); return nil }); err != nil {
			return err
		}
	}
	if err := w.doChores(ctx, c, now, r); err != nil {
		return err
	}
	if c.Stumble == 0 {
		return nil
	}
	_, err = w.Cases.Update(ctx, id, func(c *Case) error { c.Stumble = 0; c.schedule(r); return nil })
	return err
}

// clone is a case to try something on: what is changed or appended leaves the original alone.
func (c *Case) clone() Case {
	probe := *c
	probe.Offers = append([]Offer(nil), c.Offers...)
	probe.Stages = append([]Stage(nil), c.Stages...)
	probe.Events = append([]Event(nil), c.Events...)
	probe.Petition = c.Petition.clone()
	return probe
}

// match plans the next wave: on this tier while it has waves left and somebody to ask, else on the next; when the ladder
// ends a person must assign.
func (w *Watch) match(ctx context.Context, c Case, now time.Time, r Rules) error {
	if c.State != Screened && c.State != Offered && c.State != Accepted && c.State != Mediating || c.Emergency {
		_, err := w.Cases.Update(ctx, c.ID, func(c *Case) error { c.dropChore(ChoreMatch); c.schedule(r); return nil })
		return err
	}
	wave, err := w.plan(ctx, &c, now, r)
	if err != nil {
		return err
	}
	_, err = w.Cases.Update(ctx, c.ID, func(c *Case) error { return Send(c, wave, now, r) })
	if errors.Is(err, ErrStale) {
		w.kick(c.ID) // changed meanwhile: plan again on what it is now
		return nil
	}
	return err
}

func (w *Watch) plan(ctx context.Context, c *Case, now time.Time, r Rules) (Wave, error) {
	g, err := w.ground(ctx, c, r, now)
	if err != nil {
		return Wave{}, err
	}
	for t := c.Tier; t < len(r.Policy.Tiers); t++ {
		tier := r.Policy.Tiers[t]
		if t == c.Tier && c.Wave >= tier.Waves {
			continue
		}
		pool, err := w.Mediators.Serving(ctx, tier.Key, servedArea(c, tier.Level))
		if err != nil {
			return Wave{}, err
		}
		g.Tier = tier
		candidates := map[int][]Candidate{}
		for _, seat := range c.Panel.Free() {
			candidates[seat] = c.Panel.Seats[seat].preferred(Match(c, seat, pool, g))
		}
		if offers := NextWave(c, candidates, tier, r.Calendar, now, newID); len(offers) > 0 {
			return Wave{Revision: c.Revision, Tier: t, Offers: offers}, nil
		}
	}
	return Wave{Revision: c.Revision, Tier: c.Tier}, nil
}

// servedArea is the area that a tier's mediators must share with the case: its first level segments.
func servedArea(c *Case, level int) grid.Code {
	if c.Cell != "" {
		return c.Cell.Prefix(level)
	}
	return c.Area.Prefix(level)
}

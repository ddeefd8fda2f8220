package mediation

import (
	"context"
	"errors"
	"slices"
	"strconv"
)

// Erasing (注销个人信息, PIPL 47) destroys the keys of what must go: the sealed values stay where they are, in every table, event,
// log and backup, and nobody can open them any more, while the chain of events verifies as before. What is known of a
// person without a key (keyed hashes of phone and ID number, links, the words that a case is found by) is removed.
//
// Keys go first: from then on nothing can be read. A crash behind that leaves hashes, by which the same order finds them when it
// is given again.
//
// A party has copies: in the report that brought them, in a case that was joined to another. All bear the same key, and only the
// copy that is worked on is corrected. So what a copy says of whom it is counts only where no living copy says otherwise.

// Shredder destroys keys.
type Shredder interface {
	// Erase destroys a key for good; it may be repeated.
	Erase(ctx context.Context, key string) error
	// Erased tells whether it has been.
	Erased(ctx context.Context, key string) (bool, error)
}

// PhotoShredder destroys photos.
type PhotoShredder interface {
	// Erase removes a photo's bytes, and its key, for good; one that is gone is no error.
	Erase(ctx context.Context, id string) error
}

// Leavings is a room beside the case that has words and photos about it.
type Leavings interface {
	// OfCase returns the keys that its words about a case are sealed under, and the photos that belong to them.
	OfCase(ctx context.Context, caseID string) (keys, photos []string, err error)
}

// Eraser erases people and cases. Who may is decided by who may reach the installation key: it is for the machine itself.
type Eraser struct {
	*Service
	Keys   Shredder
	Photos PhotoShredder
	By     Actor
	// Rooms are those whose words about a case go with it.
	Rooms []Leavings
	// Beside are the rooms that know people by themselves.
	Beside []Acquaintance
}

// Keeper is an Acquaintance that knows what of a person is held for the law.
type Keeper interface {
	// HeldOf refuses to erase what OfPerson has named if it is held: Conflict, as AnyHeld.
	HeldOf(ctx context.Context, id string) error
}

// Traces is where somebody is a party.
type Traces struct {
	Cases   []string
	Reports []string // that have no case
	// Open are the cases, or the report that waits to be placed, that have not ended: what is needed to handle them cannot go yet
	// (PIPL 47, last sentence). Held are those that are held for the law.
	Open, Held []string
	// HeldBeside is what rooms beside the cases keep of the person that is held for the law.
	HeldBeside []KeptBeside
	// Beside is what rooms beside the cases keep of the person, Waiting what of that is needed still.
	Beside, Waiting []KeptBeside

	keys []string // of the person, and of nobody else
}

// Hashes are the keyed hashes by which a phone or ID number, as a person says it, is found.
func (s *Service) Hashes(number string) []string {
	return []string{PhoneMatch(s.Sealer, s.Phone(number)), s.Sealer.Hash("id", s.IDNumber(number))}
}

// Keys are the keys that the case's own words and those of its parties are sealed under, of parties that were removed too.
func (c *Case) Keys() []string {
	keys := []string{c.Key}
	for i := range c.Parties {
		keys = append(keys, c.Parties[i].Key)
	}
	for i := range c.Removed {
		keys = append(keys, c.Removed[i].Key)
	}
	return keys
}

// Keys are the keys that the report's own words and its parties are sealed under.
func (r *Report) Keys() []string {
	keys := []string{r.Key}
	for i := range r.Parties {
		keys = append(keys, r.Parties[i].Key)
	}
	return keys
}

// Trace finds the cases and reports in which somebody with one of these hashes is a party, or was until they were removed.
func (e *Eraser) Trace(ctx context.Context, hashes []string) (t Traces, err error) {
	if t.Cases, err = e.Cases.OfParty(ctx, hashes); err != nil {
		return t, err
	}
	for _, id := range t.Cases {
		c, err := e.Cases.Load(ctx, id)
		if err == nil {
			err = e.traceCase(ctx, c, hashes, &t)
		}
		if err != nil {
			return t, err
		}
	}
	if t.Reports, err = e.Reports.OfParty(ctx, hashes); err != nil {
		return t, err
	}
	for _, id := range t.Reports {
		rep, err := e.Reports.Load(ctx, id)
		if err != nil {
			return t, err
		}
		if rep.Withdrawn.IsZero() {
			t.Open = append(t.Open, id)
		}
		for i := range rep.Parties {
			if p := &rep.Parties[i]; shares(p.Match, hashes) {
				t.keys = append(t.keys, p.Key)
			}
		}
	}
	return t, e.traceBeside(ctx, hashes, &t)
}

// traceCase notes what one case has of the person, as the copies that are worked on say it.
func (e *Eraser) traceCase(ctx context.Context, c Case, hashes []string, t *Traces) error {
	for i := range c.Removed {
		if shares(c.Removed[i].Match, hashes) {
			t.keys = append(t.keys, c.Removed[i].Key)
		}
	}
	parties := c.Parties
	for c.State == Joined {
		host, err := e.Cases.Load(ctx, c.JoinedTo)
		if err != nil {
			return err
		}
		parties = slices.Clone(parties)
		for i := range parties {
			if there := host.Party(parties[i].ID); there != nil {
				parties[i] = *there
			}
		}
		c = host
	}
	for i := range parties {
		if shares(parties[i].Match, hashes) {
			t.keys = append(t.keys, parties[i].Key)
		}
	}
	if !c.State.Over() && !has(t.Open, c.ID) {
		t.Open = append(t.Open, c.ID)
	}
	if c.Hold != nil && !has(t.Held, c.ID) {
		t.Held = append(t.Held, c.ID)
	}
	return nil
}

// ErasePerson erases a party from all cases and reports, and what they said in their own words. The cases stay, with the words of
// others. A case that has not ended, or is held for the law, is an error, Conflict, and nothing is erased.
func (e *Eraser) ErasePerson(ctx context.Context, hashes []string, reason string) (Traces, error) {
	t, err := e.Trace(ctx, hashes)
	switch {
	case err != nil:
		return t, err
	case len(t.Open) > 0:
		return t, Refusal("erase", Conflict, "erase.open", "", "case", t.Open[0])
	case len(t.Held) > 0:
		return t, Refusal("erase", Conflict, "erase.held", "", "case", t.Held[0])
	case len(t.HeldBeside) > 0:
		return t, Refusal("erase", Conflict, "erase.held_beside", "", "kind", t.HeldBeside[0].Kind, "record", t.HeldBeside[0].ID)
	case len(t.Waiting) > 0:
		return t, Refusal("erase", Conflict, "erase.open_suggestion", "", "suggestion", t.Waiting[0].ID)
	}
	if err := e.eraseBeside(ctx, hashes); err != nil {
		return t, err
	}
	if err := e.shred(ctx, t.keys); err != nil {
		return t, err
	}
	for _, id := range t.Cases {
		if err := e.strike(ctx, id, hashes, reason); err != nil {
			return t, err
		}
	}
	for _, id := range t.Reports {
		if err := e.strikeReport(ctx, id, hashes); err != nil {
			return t, err
		}
	}
	return t, nil
}

func (e *Eraser) shred(ctx context.Context, keys []string) error {
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		if err := e.Keys.Erase(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// Sweep removes what is still known of the erased in one case: after a crash, and after a backup was restored that is older than
// the erasure. It does nothing where nothing is left.
func (e *Eraser) Sweep(ctx context.Context, id string) error { return e.strike(ctx, id, nil, "") }

// SweepReport does the same in one report.
func (e *Eraser) SweepReport(ctx context.Context, id string) error {
	return e.strikeReport(ctx, id, nil)
}

// strike removes from a case and its reports what is known of whoever was erased, or bears one of the hashes, and, if the case's
// words were erased, what it is found by.
func (e *Eraser) strike(ctx context.Context, id string, hashes []string, reason string) error {
	c, err := e.Cases.Load(ctx, id)
	if err != nil {
		return err
	}
	gone, err := e.erased(ctx, c.Keys())
	if err != nil {
		return err
	}
	whole := has(gone, c.Key)
	if whole {
		if err := e.Cases.IndexWords(ctx, c.ID, c.Area, c.Opened, nil); err != nil {
			return err
		}
	}
	for _, rid := range c.Reports {
		if err := e.strikeReport(ctx, rid, hashes); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	at := e.now()
	_, err = e.Cases.Update(ctx, id, func(c *Case) error {
		r, err := e.rules(ctx, c.Policy)
		if err != nil {
			return err
		}
		strikeOff(c, gone, hashes, whole, Order{Actor: e.By, At: at}, reason, r)
		return nil
	})
	return err
}

// strikeOff is what an erasure leaves of a case. It changes nothing the second time.
func strikeOff(c *Case, gone, hashes []string, whole bool, o Order, reason string, r Rules) {
	d := &decision{Case: c, Order: o, rules: r, pol: r.Policy}
	d.begin("erased")
	next, n := slices.Clone(c.Parties), 0
	for i := range next {
		if next[i].strikeOff(gone, hashes) {
			n++
			d.say("party"+strconv.Itoa(n), next[i].ID)
		}
	}
	removed := slices.DeleteFunc(slices.Clone(c.Removed), func(p RemovedParty) bool { return has(gone, p.Key) || shares(p.Match, hashes) })
	if whole && !c.Erased {
		d.Erased = true
		d.say("case", "words")
	} else if n == 0 && len(removed) == len(c.Removed) {
		return
	}
	d.Case.Parties, d.Removed = next, removed
	d.say("reason", reason)
	d.finish()
}

// strikeOff removes what a party is known by if their key is gone or they bear one of the hashes, and tells whether there was
// anything.
func (p *Party) strikeOff(gone, hashes []string) bool {
	known := len(p.Match)+len(p.Units)+len(p.Kin) > 0 || p.LinkHash != ""
	if !known || !has(gone, p.Key) && !shares(p.Match, hashes) {
		return false
	}
	p.Match, p.Units, p.Kin, p.LinkHash = nil, nil, nil, ""
	return true
}

func (e *Eraser) strikeReport(ctx context.Context, id string, hashes []string) error {
	rep, err := e.Reports.Load(ctx, id)
	if err != nil {
		return err
	}
	gone, err := e.erased(ctx, rep.Keys())
	if err != nil {
		return err
	}
	strike := func(rep *Report) (struck bool) {
		rep.Parties = slices.Clone(rep.Parties)
		for i := range rep.Parties {
			struck = rep.Parties[i].strikeOff(gone, hashes) || struck
		}
		return struck
	}
	if probe := rep; !strike(&probe) {
		return nil
	}
	_, err = e.Reports.Update(ctx, id, func(rep *Report) error { strike(rep); return nil })
	return err
}

// erased are those of the keys that have been destroyed.
func (e *Eraser) erased(ctx context.Context, keys []string) ([]string, error) {
	var gone []string
	for _, key := range keys {
		is, err := e.Keys.Erased(ctx, key)
		if err != nil {
			return nil, err
		}
		if is {
			gone = append(gone, key)
		}
	}
	return gone, nil
}

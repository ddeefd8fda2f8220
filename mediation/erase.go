package mediation

import (
	"context"
	"slices"
	"strconv"
)

// Erasing (注销个人信息, PIPL 47) destroys the keys of what must go: the sealed values stay where they are, in every table, event,
// log and backup, and nobody can open them any more, while the chain of events verifies as before. What is known of a
// person without a key (keyed hashes of phone and ID number, links, the words that a case is found by) is removed.
//
// Keys go first: from then on nothing can be read. A crash behind that leaves hashes, by which the same order finds them when it
// is given again.

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

// Eraser erases people and cases. Who may is decided by who may reach the installation key: it is for the machine itself.
type Eraser struct {
	*Service
	Keys   Shredder
	Photos PhotoShredder
	By     Actor
}

// Traces is where somebody is a party.
type Traces struct {
	Cases, Reports []string
	// Open are those of Cases that have not ended: what is needed to handle them cannot go yet (PIPL 47, last sentence).
	Open []string
}

// Hashes are the keyed hashes by which a phone or ID number, as a person says it, is found.
func (s *Service) Hashes(number string) []string {
	return []string{PhoneMatch(s.Sealer, s.Phone(number)), s.Sealer.Hash("id", s.IDNumber(number))}
}

// Trace finds the cases and reports in which somebody with one of these hashes is a party.
func (e *Eraser) Trace(ctx context.Context, hashes []string) (t Traces, err error) {
	if t.Cases, err = e.Cases.OfParty(ctx, hashes); err != nil {
		return t, err
	}
	if t.Reports, err = e.Reports.OfParty(ctx, hashes); err != nil {
		return t, err
	}
	for _, id := range t.Cases {
		c, err := e.Cases.Load(ctx, id)
		if err != nil {
			return t, err
		}
		if !c.State.Over() {
			t.Open = append(t.Open, id)
		}
	}
	return t, nil
}

// ErasePerson erases a party from all cases and reports, and what they said in their own words. The cases stay, with the words of
// others. A case that has not ended is an error, Conflict, and nothing is erased.
func (e *Eraser) ErasePerson(ctx context.Context, hashes []string, reason string) (Traces, error) {
	t, err := e.Trace(ctx, hashes)
	if err == nil && len(t.Open) > 0 {
		err = refuse("erase", Conflict, "erase.open", "", "case", t.Open[0])
	}
	if err != nil {
		return t, err
	}
	for _, id := range t.Cases {
		c, err := e.Cases.Load(ctx, id)
		if err == nil {
			err = e.shred(ctx, c.Parties, hashes)
		}
		if err == nil {
			err = e.strike(ctx, id, reason)
		}
		if err != nil {
			return t, err
		}
	}
	for _, id := range t.Reports {
		rep, err := e.Reports.Load(ctx, id)
		if err == nil {
			err = e.shred(ctx, rep.Parties, hashes)
		}
		if err == nil {
			err = e.strikeReport(ctx, id)
		}
		if err != nil {
			return t, err
		}
	}
	return t, nil
}

// shred destroys the keys of the parties who bear one of the hashes.
func (e *Eraser) shred(ctx context.Context, parties []Party, hashes []string) error {
	for i := range parties {
		if shares(parties[i].Match, hashes) {
			if err := e.Keys.Erase(ctx, parties[i].Key); err != nil {
				return err
			}
		}
	}
	return nil
}

// EraseCase erases all words of an ended case: its reports', its parties', its photos. Number, course and times stay.
func (e *Eraser) EraseCase(ctx context.Context, id, reason string) error {
	c, err := e.Cases.Load(ctx, id)
	switch {
	case err != nil:
		return err
	case !c.State.Over():
		return refuse("erase", Conflict, "erase.open", "", "case", id)
	case c.State == Joined:
		return refuse("erase", Conflict, "erase.joined", "", "case", c.JoinedTo) // its reports are the host's
	}
	photos, err := e.supplied(ctx, id)
	if err != nil {
		return err
	}
	keys := []string{c.Key}
	for i := range c.Parties {
		keys = append(keys, c.Parties[i].Key)
	}
	for _, rid := range c.Reports {
		rep, err := e.Reports.Load(ctx, rid)
		if err != nil {
			return err
		}
		keys = append(keys, rep.Key)
		photos = append(photos, rep.Photos...)
		for i := range rep.Parties {
			keys = append(keys, rep.Parties[i].Key)
		}
		for _, s := range rep.Supplements {
			photos = append(photos, s.Photos...)
		}
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		if err := e.Keys.Erase(ctx, key); err != nil {
			return err
		}
	}
	slices.Sort(photos)
	for _, photo := range slices.Compact(photos) {
		if err := e.Photos.Erase(ctx, photo); err != nil {
			return err
		}
	}
	for _, rid := range c.Reports {
		if err := e.strikeReport(ctx, rid); err != nil {
			return err
		}
	}
	return e.strike(ctx, id, reason)
}

// supplied are the photos that a case was given by commands.
func (e *Eraser) supplied(ctx context.Context, id string) (photos []string, err error) {
	err = e.eachEvent(ctx, id, func(ev *Event) error {
		for n := 1; ev.Data["photo"+strconv.Itoa(n)] != ""; n++ {
			photos = append(photos, ev.Data["photo"+strconv.Itoa(n)])
		}
		return nil
	})
	return photos, err
}

// eachEvent calls fn for every event of a case's timeline.
func (e *Eraser) eachEvent(ctx context.Context, id string, fn func(*Event) error) error {
	const page = 320
	for after := 0; ; {
		events, err := e.Cases.Timeline(ctx, id, after, page)
		if err != nil {
			return err
		}
		for i := range events {
			if err := fn(&events[i]); err != nil {
				return err
			}
		}
		if len(events) < page {
			return nil
		}
		after = events[len(events)-1].Seq
	}
}

// Sweep removes what is still known of the erased in one case: after a crash, and after a backup was restored that is older than
// the erasure. It does nothing where nothing is left.
func (e *Eraser) Sweep(ctx context.Context, id string) error { return e.strike(ctx, id, "") }

// SweepReport does the same in one report.
func (e *Eraser) SweepReport(ctx context.Context, id string) error { return e.strikeReport(ctx, id) }

// strike removes from a case what is known of its erased parties and, if its words were erased, what it is found by.
func (e *Eraser) strike(ctx context.Context, id, reason string) error {
	c, err := e.Cases.Load(ctx, id)
	if err != nil {
		return err
	}
	gone, err := e.erased(ctx, c.Parties)
	if err != nil {
		return err
	}
	whole, err := e.Keys.Erased(ctx, c.Key)
	if err != nil {
		return err
	}
	if whole {
		if err := e.Cases.IndexWords(ctx, c.ID, c.Area, c.Opened, nil); err != nil {
			return err
		}
	}
	at := e.now()
	_, err = e.Cases.Update(ctx, id, func(c *Case) error {
		r, err := e.rules(ctx, c.Policy)
		if err != nil {
			return err
		}
		strikeOff(c, gone, whole, Order{Actor: e.By, At: at}, reason, r)
		return nil
	})
	return err
}

// strikeOff is what an erasure leaves of a case. It changes nothing the second time.
func strikeOff(c *Case, gone []string, whole bool, o Order, reason string, r Rules) {
	d := &decision{Case: c, Order: o, rules: r, pol: r.Policy}
	d.begin("erased")
	next, n := slices.Clone(c.Parties), 0
	for i := range next {
		if has(gone, next[i].Key) && next[i].strikeOff() {
			n++
			d.say("party"+strconv.Itoa(n), next[i].ID)
		}
	}
	if whole && !c.Erased {
		d.Erased = true
		d.say("case", "words")
	} else if n == 0 {
		return
	}
	d.Case.Parties = next
	d.say("reason", reason)
	d.finish()
}

// strikeOff removes what a party is known by, and tells whether there was anything.
func (p *Party) strikeOff() bool {
	if len(p.Match)+len(p.Units)+len(p.Kin) == 0 && p.LinkHash == "" {
		return false
	}
	p.Match, p.Units, p.Kin, p.LinkHash = nil, nil, nil, ""
	return true
}

func (e *Eraser) strikeReport(ctx context.Context, id string) error {
	rep, err := e.Reports.Load(ctx, id)
	if err != nil {
		return err
	}
	gone, err := e.erased(ctx, rep.Parties)
	if err != nil || len(gone) == 0 {
		return err
	}
	_, err = e.Reports.Update(ctx, id, func(rep *Report) error {
		rep.Parties = slices.Clone(rep.Parties)
		for i := range rep.Parties {
			if has(gone, rep.Parties[i].Key) {
				rep.Parties[i].strikeOff()
			}
		}
		return nil
	})
	return err
}

// erased are the keys of those parties that have been destroyed.
func (e *Eraser) erased(ctx context.Context, parties []Party) ([]string, error) {
	var gone []string
	for i := range parties {
		is, err := e.Keys.Erased(ctx, parties[i].Key)
		if err != nil {
			return nil, err
		}
		if is {
			gone = append(gone, parties[i].Key)
		}
	}
	return gone, nil
}

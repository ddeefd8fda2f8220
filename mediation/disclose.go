package mediation

import (
	"context"
	"time"

	"fengqiao/grid"
)

// Disclosure is the copy of what is kept on somebody that they may ask for (PIPL 45): their own data, what they said, what they
// agreed to, and who looked. Of others it says nothing but their side.
type Disclosure struct {
	Cases []DisclosedCase
	// Beside is what rooms beside the cases keep.
	Beside []DisclosedBeside
}

// DisclosedCase is what one case holds of its party.
type DisclosedCase struct {
	Number           string
	State            State
	Category         string
	Area             grid.Code
	Opened           time.Time
	Side             PartySide
	Entered          time.Time
	Name             string
	Phone            string
	IDNumber         string
	Address          string
	Employers        string // one a line
	RefusedMediation time.Time
	RefusedMediators []string // ids
	Consent          *Consent
	Said             []Saying
	Agreements       []AgreedWith
	Looks            []DisclosedSee
}

// Saying is something that the party said in their own words, or that was recorded as theirs.
type Saying struct {
	At    time.Time
	Kind  string
	Words string
}

// AgreedWith is an agreement that binds the party.
type AgreedWith struct {
	Reached time.Time
	Facts   string
	Terms   string
}

// DisclosedSee is one reading of the case, by the reader's role: who it was is theirs to be kept.
type DisclosedSee struct {
	At   time.Time
	Role Role
	What string
}

// Disclose gathers what is kept on the party with one of these hashes. What has been erased is left out.
func (e *Eraser) Disclose(ctx context.Context, hashes []string) (Disclosure, error) {
	d := Disclosure{Cases: []DisclosedCase{}}
	t, err := e.Trace(ctx, hashes)
	if err != nil {
		return d, err
	}
	for _, id := range t.Cases {
		c, err := e.Cases.Load(ctx, id)
		if err != nil {
			return d, err
		}
		for i := range c.Parties {
			if !shares(c.Parties[i].Match, hashes) {
				continue
			}
			one, err := e.disclose(ctx, &c, &c.Parties[i])
			if err != nil {
				return d, err
			}
			d.Cases = append(d.Cases, one)
		}
	}
	d.Beside, err = e.discloseBeside(ctx, hashes)
	return d, err
}

func (e *Eraser) disclose(ctx context.Context, c *Case, p *Party) (DisclosedCase, error) {
	one := DisclosedCase{Number: c.Number.String(), State: c.State, Category: c.Category, Area: c.Area, Opened: c.Opened, Side: p.Side, Entered: p.Since,
		RefusedMediation: p.RefusedMediation, RefusedMediators: p.RefusedMediators, Consent: p.Outsiders, Said: []Saying{}, Agreements: []AgreedWith{}, Looks: []DisclosedSee{}}
	for _, f := range []struct {
		from Sealed
		to   *string
	}{{p.Name, &one.Name}, {p.Phone, &one.Phone}, {p.IDNumber, &one.IDNumber}, {p.Address, &one.Address}, {p.UnitNames, &one.Employers}} {
		var err error
		if *f.to, err = e.Open(ctx, f.from); err != nil {
			return one, err
		}
	}
	agreements := c.Former
	if c.Agreement != nil {
		agreements = append(agreements[:len(agreements):len(agreements)], *c.Agreement)
	}
	for i := range agreements {
		a := &agreements[i]
		if !has(a.Signers, p.ID) {
			continue
		}
		facts, err := e.Open(ctx, a.Facts)
		if err != nil {
			return one, err
		}
		terms, err := e.Open(ctx, a.Terms)
		if err != nil {
			return one, err
		}
		one.Agreements = append(one.Agreements, AgreedWith{Reached: a.Reached, Facts: facts, Terms: terms})
	}
	if err := e.sayings(ctx, c, p, &one); err != nil {
		return one, err
	}
	return one, e.lookedAt(ctx, c.ID, &one)
}

// sayings are the events whose words are the party's: sealed under their key.
func (e *Eraser) sayings(ctx context.Context, c *Case, p *Party, one *DisclosedCase) error {
	return e.eachEvent(ctx, c.ID, func(ev *Event) error {
		if ev.Words.Key != p.Key || ev.Words.Empty() {
			return nil
		}
		text, err := e.Open(ctx, ev.Words)
		if err == nil && text != "" {
			one.Said = append(one.Said, Saying{At: ev.At, Kind: ev.Kind, Words: text})
		}
		return err
	})
}

func (e *Eraser) lookedAt(ctx context.Context, id string, one *DisclosedCase) error {
	for cursor := ""; ; {
		looks, next, err := e.Looks.Of(ctx, id, cursor, 100)
		if err != nil {
			return err
		}
		for _, l := range looks {
			one.Looks = append(one.Looks, DisclosedSee{At: l.At, Role: l.Role, What: l.What})
		}
		if cursor = next; cursor == "" {
			return nil
		}
	}
}

package opinion

import (
	"context"

	"fengqiao/mediation"
)

// Papery erases the papers by which units were asked, of which each says the resident's words again: package slip.
type Papery interface {
	// Erase erases a paper that has ended, with all that followed it; one that has not is a Conflict. It may be repeated.
	Erase(ctx context.Context, id string) error
	// Of returns the keys of its words and the photos of its proof, and of all that followed it.
	Of(ctx context.Context, id string) (keys, photos []string, err error)
}

// Eraser erases who made suggestions, and in what words, by destroying the keys. What was published of them has nothing of a person, and
// stays; so do counts, outcomes and answers.
type Eraser struct {
	Suggestions Suggestions
	Papers      Papery
	Keys        mediation.Shredder
	Open        func(ctx context.Context, v mediation.Sealed) (string, error) // "" of what has been erased
	Holds       mediation.Holding                                             // nil: nothing is held
}

// About tells what a hold must know of a suggestion: one that became a case is held with that.
func (e *Eraser) About(ctx context.Context, id string) (mediation.Record, error) {
	x, err := e.Suggestions.Load(ctx, id)
	return mediation.Record{Area: x.Area, Of: x.Case}, err
}

// held refuses to erase a suggestion that is held, by itself, with its campaign or with the case that it became.
func (e *Eraser) held(ctx context.Context, x *Suggestion) error {
	if err := mediation.AnyHeld(ctx, e.Holds, "campaign", x.Campaign); err != nil {
		return err
	}
	return mediation.AnyHeld(ctx, e.Holds, e.Kind(), x.ID, x.Case)
}

var (
	_ mediation.Acquaintance = (*Eraser)(nil)
	_ mediation.Leavings     = (*Eraser)(nil)
)

// Kind implements mediation.Acquaintance.
func (e *Eraser) Kind() string { return "suggestion" }

// OfCase implements mediation.Leavings: what a case was as a suggestion goes with it.
func (e *Eraser) OfCase(ctx context.Context, caseID string) (keys, photos []string, err error) {
	list, err := e.Suggestions.OfCase(ctx, caseID)
	for i := range list {
		if err == nil {
			err = e.held(ctx, &list[i])
		}
		if err != nil {
			return nil, nil, err
		}
		keys = append(keys, list[i].Key)
		if list[i].Paper != "" {
			var more, shown []string
			more, shown, err = e.Papers.Of(ctx, list[i].Paper)
			keys, photos = append(keys, more...), append(photos, shown...)
		}
	}
	return keys, photos, err
}

// Erase erases one suggestion on which nothing more is to be done; another is a Conflict. It may be repeated. The report that it became
// is a report like others, and erased as such.
func (e *Eraser) Erase(ctx context.Context, id string) error {
	x, err := e.Suggestions.Load(ctx, id)
	if err != nil {
		return err
	}
	if err := e.held(ctx, &x); err != nil {
		return err
	}
	if !x.State.Over() {
		return &mediation.Error{Op: "erase", Kind: mediation.Conflict, Code: "erase.open_suggestion", Params: map[string]string{"suggestion": id}}
	}
	if x.Paper != "" {
		if err := e.Papers.Erase(ctx, x.Paper); err != nil {
			return err
		}
	}
	if err := e.Keys.Erase(ctx, x.Key); err != nil {
		return err
	}
	_, err = e.Suggestions.Update(ctx, id, func(x *Suggestion) error { x.Match = nil; return nil })
	return err
}

// OfPerson implements mediation.Acquaintance: the suggestions of whoever has one of these hashes, those on which something is to be done
// still apart.
func (e *Eraser) OfPerson(ctx context.Context, hashes []string) (over, open []string, err error) {
	ids, err := e.Suggestions.OfPerson(ctx, hashes)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		x, err := e.Suggestions.Load(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		if x.State.Over() {
			over = append(over, id)
		} else {
			open = append(open, id)
		}
	}
	return over, open, nil
}

// HeldOf implements mediation.Keeper.
func (e *Eraser) HeldOf(ctx context.Context, id string) error {
	x, err := e.Suggestions.Load(ctx, id)
	if err != nil {
		return err
	}
	return e.held(ctx, &x)
}

// Disclose implements mediation.Acquaintance.
func (e *Eraser) Disclose(ctx context.Context, hashes []string) (all []mediation.DisclosedBeside, err error) {
	ids, err := e.Suggestions.OfPerson(ctx, hashes)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		x, err := e.Suggestions.Load(ctx, id)
		if err != nil {
			return nil, err
		}
		one := mediation.DisclosedBeside{Kind: "suggestion", At: x.At}
		for _, f := range []struct {
			to   *string
			from mediation.Sealed
		}{{&one.Name, x.Name}, {&one.Phone, x.Phone}, {&one.Words, x.Words}} {
			if *f.to, err = e.Open(ctx, f.from); err != nil {
				return nil, err
			}
		}
		all = append(all, one)
	}
	return all, nil
}

// Sweep removes what is still known of who made a suggestion whose key is gone: after a crash, and after a backup was restored that is
// older than the erasure. It does nothing where nothing is left.
func (e *Eraser) Sweep(ctx context.Context, id string) error {
	x, err := e.Suggestions.Load(ctx, id)
	if err != nil || len(x.Match) == 0 {
		return err
	}
	if gone, err := e.Keys.Erased(ctx, x.Key); err != nil || !gone {
		return err
	}
	_, err = e.Suggestions.Update(ctx, id, func(x *Suggestion) error { x.Match = nil; return nil })
	return err
}

package mediation

import (
	"context"
	"time"
)

// Acquaintance is a room beside the cases that keeps something of people, who are found there by the same hashes as parties are.
type Acquaintance interface {
	// Kind is the word for one of the things that it keeps: suggestion, invitation.
	Kind() string
	// OfPerson returns the ids of what it keeps of whoever has one of these hashes: what may be erased, and what is needed still.
	OfPerson(ctx context.Context, hashes []string) (over, open []string, err error)
	// Erase erases one of the former. It may be repeated.
	Erase(ctx context.Context, id string) error
	// Disclose returns what it keeps of them, for a copy that they ask for; what has been erased is left out.
	Disclose(ctx context.Context, hashes []string) ([]DisclosedBeside, error)
}

// KeptBeside names something of a person that a room beside the cases keeps.
type KeptBeside struct{ Kind, ID string }

// DisclosedBeside is something of a person that a room beside the cases keeps.
type DisclosedBeside struct {
	Kind               string // what it is: suggestion, invitation
	At                 time.Time
	Name, Phone, Words string
}

// traceBeside notes what rooms beside the cases have of the person.
func (e *Eraser) traceBeside(ctx context.Context, hashes []string, t *Traces) error {
	for _, room := range e.Beside {
		over, open, err := room.OfPerson(ctx, hashes)
		if err != nil {
			return err
		}
		for _, id := range over {
			t.Beside = append(t.Beside, KeptBeside{room.Kind(), id})
			keeper, ok := room.(Keeper)
			if !ok {
				continue
			}
			if err := keeper.HeldOf(ctx, id); IsHeld(err) {
				t.HeldBeside = append(t.HeldBeside, KeptBeside{room.Kind(), id})
			} else if err != nil {
				return err
			}
		}
		for _, id := range open {
			t.Waiting = append(t.Waiting, KeptBeside{room.Kind(), id})
		}
	}
	return nil
}

// eraseBeside erases what rooms beside the cases have of the person.
func (e *Eraser) eraseBeside(ctx context.Context, hashes []string) error {
	for _, room := range e.Beside {
		ids, _, err := room.OfPerson(ctx, hashes)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := room.Erase(ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// discloseBeside gathers what rooms beside the cases have of the person.
func (e *Eraser) discloseBeside(ctx context.Context, hashes []string) (all []DisclosedBeside, err error) {
	for _, room := range e.Beside {
		list, err := room.Disclose(ctx, hashes)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

package desk

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"fengqiao/mediation"

	"golang.org/x/text/unicode/norm"
)

// Acquaintance finds whom a desk spoke of in what waits for an order that has not come. Such words belong to no case and to no party, so the
// person is found by the phone or ID numbers that stand in them.
type Acquaintance struct {
	*Eraser
	Open func(ctx context.Context, v mediation.Sealed) (string, error) // "" of what has been erased
	// Hashes are the keyed hashes of a number, as mediation.Service.Hashes gives them.
	Hashes func(number string) []string
}

var _ mediation.Acquaintance = (*Acquaintance)(nil)

// numberLike is what a phone or ID number looks like in a text that has been brought into one form: digits, perhaps in groups.
var numberLike = regexp.MustCompile(`\+?[0-9](?:[ .()-]{0,2}[0-9])+[ -]?[Xx]?`)

// numbersIn are the numbers that stand in a text, as they may have been typed: groups of digits together, for one number may have several, and
// each group alone, for several numbers may stand side by side.
func numbersIn(text string) (numbers []string) {
	for _, run := range numberLike.FindAllString(norm.NFKC.String(text), -1) {
		numbers = append(numbers, run)
		if groups := strings.FieldsFunc(run, func(r rune) bool { return strings.ContainsRune(" .()-", r) }); len(groups) > 1 {
			numbers = append(numbers, groups...)
		}
	}
	return numbers
}

// each calls fn with the words of every message that waits and names a number with one of the hashes.
func (a *Acquaintance) each(ctx context.Context, hashes []string, fn func(o *Order, m *Message, words string)) error {
	named := func(words string) bool {
		return slices.ContainsFunc(numbersIn(words), func(n string) bool {
			return slices.ContainsFunc(a.Hashes(n), func(h string) bool { return slices.Contains(hashes, h) })
		})
	}
	return a.Orders.Each(ctx, func(o Order) error {
		for i := range o.Messages {
			m := &o.Messages[i]
			if m.Stands != Waiting || o.Report != "" {
				continue
			}
			words, err := a.Open(ctx, m.Words)
			if err != nil {
				return err
			}
			others, err := a.Open(ctx, m.Others)
			if err != nil {
				return err
			}
			if both := strings.TrimSpace(words + "\n" + others); named(both) {
				fn(&o, m, both)
			}
		}
		return nil
	})
}

// OfPerson implements mediation.Acquaintance: the orders on which something waits that names the person. Nothing of it is needed: the desk is
// told when it says it anew.
func (a *Acquaintance) OfPerson(ctx context.Context, hashes []string) (over, open []string, err error) {
	err = a.each(ctx, hashes, func(o *Order, _ *Message, _ string) {
		if id := o.Desk + "/" + o.Number; !slices.Contains(over, id) {
			over = append(over, id)
		}
	})
	return over, nil, err
}

// Erase implements mediation.Acquaintance: all that waits on the order is given up.
func (a *Acquaintance) Erase(ctx context.Context, id string) error {
	var key mediation.Outside
	key.Desk, key.Number, _ = strings.Cut(id, "/")
	return a.Eraser.Erase(ctx, key)
}

// KeptMessage is the kind of what is kept here.
const KeptMessage = "desk_message"

// Kind implements mediation.Acquaintance.
func (*Acquaintance) Kind() string { return KeptMessage }

// Disclose implements mediation.Acquaintance.
func (a *Acquaintance) Disclose(ctx context.Context, hashes []string) (list []mediation.DisclosedBeside, err error) {
	err = a.each(ctx, hashes, func(_ *Order, m *Message, words string) {
		list = append(list, mediation.DisclosedBeside{Kind: KeptMessage, At: m.At, Words: words})
	})
	return list, err
}

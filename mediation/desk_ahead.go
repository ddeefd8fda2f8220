package mediation

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// Danger that overtakes its order (险情先于工单). An outside desk may name danger in a matter whose order has not come yet. What is known by then, the
// desk, its number and the words, opens a case that goes to the police like every other; the order joins that case when it comes and tells it what was
// not known: where it lies, and what kind of matter it is.

// UnknownCategory is that of a report of which nothing but its words is known. No policy need know it: staff or the order say what it is.
const UnknownCategory = "unknown"

// FromItsOrder is why a report joined the case: it is the order of which danger was named before it came.
const FromItsOrder = "its_order"

// foreran tells whether the case was opened by danger that has overtaken its order, and the report is that order. Once a person has taken it out it is
// not any more; and what makes a case restricted is never brought into one that is not.
func (c *Case) foreran(rep *Report) bool {
	if rep.Into == "" || rep.Outside.Number == "" || rep.Detached > 0 || c.Accusation != (rep.Raised != "") || c.Erased || c.State == Withdrawn || c.State == Joined {
		return false
	}
	return slices.ContainsFunc(c.Outside, func(o OutsideOrder) bool {
		return o.Outside == rep.Outside && o.User == rep.Reporter && o.Report != rep.ID
	})
}

// learn takes from the order what the case did not know. How grave it is stays: danger was named.
func (d *decision) learn(rep *Report) {
	if d.Cell == "" && rep.Cell != "" {
		d.Plan = rep.PlanVersion
		d.lie(rep.Cell)
		if d.Point.Empty() {
			d.Point = rep.Point
		}
	}
	if _, known := d.pol.Category(d.Category); known {
		return
	}
	if category, known := d.pol.Category(rep.Category); known {
		d.say("category", rep.Category)
		d.say("category_before", d.Category)
		d.Category = rep.Category
		d.classify(category)
	}
}

// DangerAwaitsDesk tells whether the case lies with the police for danger, and the desk that it was passed on to has not made its order yet: that desk
// reads what is added when it does.
func (c *Case) DangerAwaitsDesk() bool { return c.inDanger() && c.AwaitsOrderOf(c.AtDesk()) }

// WordsOfDesks is what outside desks have said of a case, each thing once, in the order in which it came: what a desk must know that takes the matter
// over.
func (s *Service) WordsOfDesks(ctx context.Context, c *Case) (string, error) {
	said := []Sealed{c.Words}
	for _, id := range c.Reports {
		rep, err := s.Reports.Load(ctx, id)
		if errors.Is(err, ErrNotFound) || err == nil && rep.Outside.Number == "" {
			continue
		}
		if err != nil {
			return "", err
		}
		said = append(said, rep.Text)
		for _, x := range rep.Supplements {
			said = append(said, x.Text)
		}
	}
	var lines []string
	for _, v := range said {
		text, err := s.Open(ctx, v)
		if err != nil {
			return "", err
		}
		if text != "" && !has(lines, text) {
			lines = append(lines, text)
		}
	}
	text := []rune(strings.Join(lines, "\n"))
	return string(text[:min(len(text), MaxText)]), nil
}

package mediation

import (
	"context"
	"slices"
	"strconv"

	"fengqiao/mediation/clock"
)

// Duties are what somebody has to do on a case in person: its open sub-tasks that they own, and the case itself if they are in charge.
type Duties struct {
	Case     string
	From, To Actor
	HandOver string
}

// DutiesOf tells what of the case the user has to do in person.
func (c *Case) DutiesOf(user string) (tasks []Task, charge bool) {
	if c.State.Over() {
		return nil, false
	}
	for _, t := range c.tasks() {
		if t.Open() && t.Owner == user {
			tasks = append(tasks, t)
		}
	}
	return tasks, c.charged(user)
}

func (c *Case) hasDuties(user string) bool {
	tasks, charge := c.DutiesOf(user)
	return len(tasks) > 0 || charge
}

// DutyTerm is what the user has to do on the case next, as what explains it takes it; zero: at no set time.
func (c *Case) DutyTerm(user string, r Rules) (first clock.Term) {
	tasks, charge := c.DutiesOf(user)
	sooner := func(t clock.Term) {
		if !t.Due.IsZero() && (first.Due.IsZero() || t.Due.Before(first.Due)) {
			first = t
		}
	}
	for i := range tasks {
		sooner(tasks[i].Term(r))
	}
	if i := c.nextReview(); charge && i >= 0 {
		sooner(c.Charge.Reviews[i].Term(r))
	}
	return first
}

// DutyHindrances are the reasons why the successor cannot take over; none if they can.
func (s *Service) DutyHindrances(ctx context.Context, x Duties) ([]Reason, error) {
	c, err := s.Cases.Load(ctx, x.Case)
	if err != nil {
		return nil, err
	}
	tasks, charge := c.DutiesOf(x.From.ID)
	for _, t := range tasks {
		if x.To.Role != UnitStaff || x.To.Unit != t.Unit {
			return []Reason{reason(ReasonPost, "role", string(UnitStaff), "unit", t.Unit)}, nil
		}
	}
	if charge {
		body, err := s.bodyOf(ctx, &c, x.To.ID)
		if err != nil || body != "" {
			return nil, err
		}
		if x.To.Role != Leader || x.To.Area.Contains(c.Area) {
			return []Reason{reason(ReasonPost, "role", string(Leader), "unit", "")}, nil
		}
	}
	if !x.To.Area.Contains(c.Area) {
		return []Reason{reason(ReasonArea, "area", string(x.To.Area), "needs", string(c.Area))}, nil
	}
	return nil, nil
}

// HandDuties gives what somebody has to do on a case to another. It does nothing the second time, and says the same of it.
func (s *Service) HandDuties(ctx context.Context, x Duties) (Passed, error) {
	c, err := s.Cases.Load(ctx, x.Case)
	if err != nil {
		return "", err
	}
	if c.hasDuties(x.From.ID) {
		r, err := s.rules(ctx, c.Policy)
		if err != nil {
			return "", err
		}
		body, err := s.bodyOf(ctx, &c, x.To.ID)
		if err != nil {
			return "", err
		}
		o := Order{Actor: x.To, At: s.now(), Body: body}
		if c, err = s.Cases.Update(ctx, x.Case, func(c *Case) error { handDuties(c, x, o, r); return nil }); err != nil {
			return "", err
		}
	}
	if c.hasDuties(x.To.ID) {
		return PassedOn, nil
	}
	return PassedOver, nil
}

func handDuties(c *Case, x Duties, o Order, r Rules) {
	if !c.hasDuties(x.From.ID) {
		return
	}
	d := &decision{Case: c, Order: o, rules: r, pol: r.Policy}
	d.begin("handed_over")
	d.say("hand_over", x.HandOver)
	d.say("from_user", x.From.ID)
	d.say("to_user", x.To.ID)
	tasks, charge := c.DutiesOf(x.From.ID)
	for n, t := range tasks {
		d.say("task"+strconv.Itoa(n+1), t.ID)
		i := slices.IndexFunc(d.tasks(), func(own Task) bool { return own.ID == t.ID })
		own := &d.joint().Tasks[i]
		own.Owner = x.To.ID
		d.tellTask(NoticeTask, own)
	}
	if charge {
		k := d.charge()
		k.Leader, k.Body, k.Since = x.To.ID, o.Body, d.At
		d.say("leader", k.Leader)
		d.tell(NoticeCharge, Recipient{User: k.Leader}, d.ReviewDue())
	}
	d.finish()
}

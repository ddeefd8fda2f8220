package mediation

import (
	"context"
	"strconv"
)

// Duties are what somebody has to do on a case in person: its open sub-tasks that they own.
type Duties struct {
	Case     string
	From, To Actor
	HandOver string
}

// DutiesOf lists the open sub-tasks of the case that the user owns.
func (c *Case) DutiesOf(user string) []Task {
	var list []Task
	if c.State.Over() {
		return nil
	}
	for _, t := range c.tasks() {
		if t.Open() && t.Owner == user {
			list = append(list, t)
		}
	}
	return list
}

// DutyHindrances are the reasons why the successor cannot take over; none if they can.
func (c *Case) DutyHindrances(x Duties) []Reason {
	for _, t := range c.DutiesOf(x.From.ID) {
		if x.To.Role != UnitStaff || x.To.Unit != t.Unit {
			return []Reason{reason(ReasonPost, "role", string(UnitStaff), "unit", t.Unit)}
		}
	}
	if !x.To.Area.Contains(c.Area) {
		return []Reason{reason(ReasonArea, "area", string(x.To.Area), "needs", string(c.Area))}
	}
	return nil
}

// HandDuties gives what somebody has to do on a case to another. It does nothing the second time, and says the same of it.
func (s *Service) HandDuties(ctx context.Context, x Duties) (Passed, error) {
	c, err := s.Cases.Load(ctx, x.Case)
	if err != nil {
		return "", err
	}
	if len(c.DutiesOf(x.From.ID)) > 0 {
		r, err := s.rules(ctx, c.Policy)
		if err != nil {
			return "", err
		}
		if c, err = s.Cases.Update(ctx, x.Case, func(c *Case) error { handDuties(c, x, Order{Actor: x.To, At: s.now()}, r); return nil }); err != nil {
			return "", err
		}
	}
	if len(c.DutiesOf(x.To.ID)) > 0 {
		return PassedOn, nil
	}
	return PassedOver, nil
}

func handDuties(c *Case, x Duties, o Order, r Rules) {
	if len(c.DutiesOf(x.From.ID)) == 0 {
		return
	}
	d := &decision{Case: c, Order: o, rules: r, pol: r.Policy}
	d.begin("handed_over")
	d.say("hand_over", x.HandOver)
	d.say("from_user", x.From.ID)
	d.say("to_user", x.To.ID)
	n := 0
	for i := range d.joint().Tasks {
		if t := &d.Case.Joint.Tasks[i]; t.Open() && t.Owner == x.From.ID {
			n++
			d.say("task"+strconv.Itoa(n), t.ID)
			t.Owner = x.To.ID
			d.tellTask(NoticeTask, t)
		}
	}
	d.finish()
}

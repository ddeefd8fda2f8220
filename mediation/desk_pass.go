package mediation

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/mediation/policy"
)

// What outside desks do with each other: a matter goes from one to another (一键转办), and they speak of it (三方通话).

// DeskPass is one way of a matter from an outside desk to another.
type DeskPass struct {
	From, To   string // the desks' names
	FromNumber string // the order's number at the desk that it left
	Number     string // the receiving desk's own; "" until it has made its order
	At         time.Time
	By         string // user
}

// DeskCall is a call that desks had about a matter, with whoever else was on the line.
type DeskCall struct {
	ID       string
	At       time.Time
	Seconds  int
	Desks    []string
	By       string // who recorded it, and when
	Recorded time.Time
	Others   Sealed
	Summary  Sealed
}

const (
	// maxPasses and maxCalls bound what a case holds.
	maxPasses, maxCalls = 50, 50
	// maxCallSeconds is longer than any call.
	maxCallSeconds = 24 * 60 * 60
	// FromAnotherDesk is why a report joined the case: it is the order of the desk that the matter was passed on to.
	FromAnotherDesk = "passed_on"
)

// AtDesk is the outside desk with which the matter lies: the one that it was passed on to last, else the first that sent it; "" if none did.
func (c *Case) AtDesk() string {
	if n := len(c.Passes); n > 0 {
		return c.Passes[n-1].To
	}
	if len(c.Outside) > 0 {
		return c.Outside[0].Desk
	}
	return ""
}

// orderAt is the newest order of a desk in the case, or nil.
func (c *Case) orderAt(desk string) *OutsideOrder {
	for i := range slices.Backward(c.Outside) {
		if c.Outside[i].Desk == desk {
			return &c.Outside[i]
		}
	}
	return nil
}

// AwaitsOrderOf tells whether the matter was passed on to a desk that has not made its own order yet.
func (c *Case) AwaitsOrderOf(desk string) bool {
	n := len(c.Passes)
	return n > 0 && c.Passes[n-1].To == desk && c.Passes[n-1].Number == "" && has(inHand, c.State)
}

// awaitsOrder tells whether the report is the order that the case awaits.
func (c *Case) awaitsOrder(rep *Report) bool {
	return rep.Into == c.ID && rep.Outside.Number != "" && c.AwaitsOrderOf(rep.Outside.Desk)
}

// passedOn is the case that the report belongs to as the order of the desk that it was passed on to, or as that of which danger was named before it
// came; "" if there is none, or it has ended meanwhile.
func (s *Service) passedOn(ctx context.Context, rep *Report) (string, error) {
	if rep.Into == "" || rep.Outside.Number == "" {
		return "", nil
	}
	c, err := s.Cases.Load(ctx, rep.Into)
	if errors.Is(err, ErrNotFound) || err == nil && !c.awaitsOrder(rep) && !c.foreran(rep) {
		return "", nil
	}
	return c.ID, err
}

// leads tells whether a report leads to a case by itself: it lies somewhere, names danger, or is the order that a case awaits.
func (s *Service) leads(ctx context.Context, rep *Report) (bool, error) {
	if rep.Cell != "" || rep.Emergency {
		return true, nil
	}
	into, err := s.passedOn(ctx, rep)
	return into != "", err
}

// deskUnits are the units of those of the desks that are connected. One at which an accused works is as good as none: nobody there is to hear
// of the case.
func (s *Service) deskUnits(c *Case, desks ...string) map[string]string {
	units := map[string]string{}
	for _, name := range desks {
		if s.DeskUnit == nil {
			break
		}
		if unit := s.DeskUnit(name); unit != "" && !s.ofAccused(c, unit) {
			units[name] = unit
		}
	}
	return units
}

// prepareCall seals who else took part, under the case's key like what was said.
func (s *Service) prepareCall(ctx context.Context, c *Case, o *Order, cmd RecordCall) (err error) {
	if err := tooLong("others", cmd.Others); err != nil {
		return err
	}
	o.Units = s.deskUnits(c, cmd.Desks...)
	if o.Others, err = s.seal(ctx, c.Key, cmd.Others); err != nil {
		return err
	}
	return kept("at", cmd.At)
}

// passOn 一键转办. The matter stays the case that it is; the other desk makes an order of its own for it and answers with its number.
func (d *decision) passOn(cmd PassOn) error {
	from := d.AtDesk()
	switch {
	case cmd.To == "":
		return Refusal("pass_on", Invalid, "required", "to")
	case from == cmd.To:
		return Refusal("pass_on", Conflict, "desk.there", "to", "desk", cmd.To)
	case d.Actor.Role == Desk && !slices.ContainsFunc(d.Outside, func(o OutsideOrder) bool { return o.User == d.Actor.ID && o.Desk == from }):
		return Refusal("pass_on", Conflict, "desk.elsewhere", "", "desk", from)
	case !d.pol.Desks.MayPass(from, cmd.To):
		return Refusal("pass_on", Conflict, "desk.no_way", "to", "from", from, "to", cmd.To)
	case d.Units[cmd.To] == "": // whether it had the matter before or not: who works there may have been accused since
		return Refusal("pass_on", Conflict, "desk.not_connected", "to", "desk", cmd.To)
	case len(d.Passes) >= maxPasses:
		return Refusal("pass_on", Conflict, "too_many", "to", "max", strconv.Itoa(maxPasses))
	}
	d.passTo(cmd.To)
	d.tellDesk(cmd.To)
	return nil
}

// passTo notes that the matter goes on to a desk.
func (d *decision) passTo(desk string) {
	p := DeskPass{From: d.AtDesk(), To: desk, At: d.At, By: d.Actor.ID}
	if o := d.orderAt(p.From); o != nil {
		p.FromNumber = o.Number
	}
	if known := d.orderAt(desk); known != nil {
		p.Number = known.Number // it has been there before
	}
	d.Passes = append(slices.Clip(d.Passes), p)
	d.sayPass(p)
}

// sayPass lets the event tell which way the matter went, so that what desks hear can be read from it alone.
func (d *decision) sayPass(p DeskPass) {
	d.say("from", p.From)
	d.say("from_number", p.FromNumber)
	d.say("to", p.To)
	d.say("to_number", p.Number)
}

// tellDesk tells a desk that has no order here yet; those that have one are told by echo.
func (d *decision) tellDesk(desk string) {
	if unit := d.Units[desk]; unit != "" && d.orderAt(desk) == nil {
		d.notices = append(d.notices, Notice{Kind: NoticeDesk, To: Recipient{Unit: unit, Area: d.Area}})
	}
}

// takePass notes the number under which the receiving desk has made its order, if the report is that.
func (d *decision) takePass(rep *Report) bool {
	if !d.awaitsOrder(rep) {
		return false
	}
	d.Passes = slices.Clone(d.Passes)
	p := &d.Passes[len(d.Passes)-1]
	p.Number = rep.Outside.Number
	d.sayPass(*p)
	return true
}

// filePasses takes over the ways of a case that was joined to this, unfilePasses gives them back.
func (c *Case) filePasses(from []DeskPass) {
	for _, p := range from {
		if !slices.ContainsFunc(c.Passes, p.same) {
			c.Passes = append(slices.Clip(c.Passes), p)
		}
	}
	slices.SortStableFunc(c.Passes, func(a, b DeskPass) int { return a.At.Compare(b.At) })
}

func (c *Case) unfilePasses(from []DeskPass) {
	c.Passes = slices.DeleteFunc(slices.Clone(c.Passes), func(p DeskPass) bool { return slices.ContainsFunc(from, p.same) })
}

// same tells whether two are one way, be it answered by now or not.
func (p DeskPass) same(q DeskPass) bool { return p.From == q.From && p.To == q.To && p.At.Equal(q.At) }

// Check says what is wrong with a call by itself, by field, whatever case it is about: known tells which desks may have taken part in it.
func (cmd RecordCall) Check(now time.Time, pol *policy.Policy, known func(desk string) bool) error {
	switch {
	case cmd.At.IsZero():
		return Refusal("desk_call", Invalid, "required", "at")
	case cmd.At.After(now.Add(pol.Intake.ClockSkew)):
		return Refusal("desk_call", Invalid, "in_future", "at")
	case cmd.Seconds < 1 || cmd.Seconds > maxCallSeconds:
		return Refusal("desk_call", Invalid, "out_of_range", "seconds", "min", "1", "max", strconv.Itoa(maxCallSeconds))
	case len(cmd.Desks) == 0:
		return Refusal("desk_call", Invalid, "required", "desks")
	}
	for i, name := range cmd.Desks {
		if !known(name) || has(cmd.Desks[:i], name) {
			return Refusal("desk_call", Invalid, "unknown_value", "desks["+strconv.Itoa(i)+"]", "value", name)
		}
	}
	return nil
}

// recordCall 三方通话: who took part, when, how long, and what it came to. The desks hear that it took place, not what was said.
func (d *decision) recordCall(cmd RecordCall) error {
	known := func(desk string) bool { return d.orderAt(desk) != nil || d.pol.Desks.Knows(desk) }
	switch err := cmd.Check(d.At, d.pol, known); {
	case err != nil:
		return err
	case len(cmd.Desks) == 1 && d.Others.Empty():
		return Refusal("desk_call", Invalid, "required", "others") // one alone is no call
	case d.Order.Words.Empty():
		return Refusal("desk_call", Invalid, "required", "summary")
	case len(d.Calls) >= maxCalls:
		return Refusal("desk_call", Conflict, "too_many", "desks", "max", strconv.Itoa(maxCalls))
	}
	d.Calls = append(slices.Clip(d.Calls), DeskCall{ID: d.NewID, At: cmd.At, Seconds: cmd.Seconds, Desks: slices.Clone(cmd.Desks), By: d.Actor.ID,
		Recorded: d.At, Others: d.Others, Summary: d.Order.Words})
	d.say("call", d.NewID)
	d.say("began", cmd.At.UTC().Format(time.RFC3339))
	d.say("seconds", strconv.Itoa(cmd.Seconds))
	d.say("desks", strings.Join(cmd.Desks, ","))
	for _, name := range cmd.Desks {
		d.tellDesk(name)
	}
	return nil
}

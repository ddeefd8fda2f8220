package mediation

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"fengqiao/mediation/policy"

	"github.com/google/uuid"
)

// Danger and crime go to the police at once and no mediator is offered (PML 25); named later, they send the matter straight back
// (遇险即转), whoever acts on it has learnt of them, in whatever state it stands. Where the policy names an outside desk for danger, that has the
// matter too.
//
// The state does not stay as it was: a matter that lies with the police must be in somebody's hands, with a clock and the catch-all over it, which a
// closed or suspended case is not. So a pause ends; what had ended begins a new turn, which counts as a reopening; and an agreement in effect binds on
// and stays on record, since danger undoes no promise, but whoever takes the case back decides anew how it goes on.

// ReasonEmergency is why a case goes to the police at once.
const ReasonEmergency = "emergency"

// Danger (遇险移交) passes a case on to the police at once in the name of who has named danger or crime in it. false: the case was withdrawn, joined to
// another or erased, or lies with the police for danger already.
func (s *Service) Danger(ctx context.Context, actor Actor, id, key string) (Case, bool, error) {
	c, err := s.Cases.Load(ctx, id)
	if err != nil {
		return c, false, err
	}
	if rule, _ := RuleOf(CmdDanger); !rule.Allows(c.State) || c.Erased || c.inDanger() {
		return c, false, nil
	}
	o := Order{Actor: actor, Command: NameDanger{}, At: s.now(), Key: s.commandKey(actor, "danger", key)}
	if o.Units, err = s.dangerUnits(ctx, &c); err != nil {
		return c, false, err
	}
	c, err = s.change(ctx, id, o)
	if err == nil && len(c.Chores) > 0 {
		s.Kick(c.ID)
	}
	return c, err == nil, err
}

// SupplementInDanger adds words and photos that name danger to a report. What is in hand goes straight back to the police with them; where
// it cannot any more, they become a report of their own, which goes there at once.
func (s *Service) SupplementInDanger(ctx context.Context, actor Actor, id, key, text string, photos []string) (Receipt, error) {
	rep, err := s.supplementable(ctx, actor, id, text, photos)
	if err != nil {
		return Receipt{}, err
	}
	if !rep.Withdrawn.IsZero() {
		return Receipt{}, Refusal("supplement", Conflict, "report.withdrawn", "")
	}
	if rep.Case != "" {
		_, passed, err := s.Danger(ctx, actor, rep.Case, key)
		if err != nil {
			return Receipt{}, err
		}
		if passed || s.named(ctx, actor, &rep, key) {
			return s.SupplementReport(ctx, actor, id, key, text, photos)
		}
	}
	client := uuid.NewSHA1(namespace, []byte("danger\x00"+rep.ID+"\x00"+s.commandKey(actor, "danger", key))).String()
	return s.Receive(ctx, actor, ReportInput{ClientID: client, Channel: rep.Channel, Text: text, Photos: photos, Category: rep.Category, Severity: rep.Severity,
		Emergency: true, Cell: rep.Cell, Print: s.Sealer.Hash("danger", text)})
}

// supplementable is the report that the actor may add to, if there is something to add.
func (s *Service) supplementable(ctx context.Context, actor Actor, id, text string, photos []string) (Report, error) {
	rep, err := s.ReportOf(ctx, actor, id)
	switch {
	case err != nil:
	case !mayReport(actor, ReportChange, &rep):
		err = Refusal("supplement", Forbidden, "forbidden", "")
	case strings.TrimSpace(text) == "" && len(photos) == 0:
		err = Refusal("supplement", Invalid, "required", "text")
	case utf8.RuneCountInString(text) > MaxText:
		err = Refusal("supplement", Invalid, "too_long", "text", "max", strconv.Itoa(MaxText))
	}
	return rep, err
}

// named tells whether this very message has sent the report's case to the police before: its answer was lost.
func (s *Service) named(ctx context.Context, actor Actor, rep *Report, key string) bool {
	c, err := s.Cases.Load(ctx, rep.Case)
	return err == nil && c.carriedOut(s.commandKey(actor, "danger", key))
}

// dangerUnits are the units of the desk that the case's policy names for danger.
func (s *Service) dangerUnits(ctx context.Context, c *Case) (map[string]string, error) {
	r, err := s.rules(ctx, c.Policy)
	if err != nil || r.Policy.Desks.Danger == "" {
		return nil, err
	}
	return s.deskUnits(c, r.Policy.Desks.Danger), nil
}

// openingUnits are dangerUnits for the case that a report is about to open.
func (s *Service) openingUnits(rep *Report, r Rules) map[string]string {
	desk := r.Policy.Desks.Danger
	if !rep.Emergency || desk == "" {
		return nil
	}
	category, _ := r.Policy.Category(rep.Category)
	return s.deskUnits(&Case{Accusation: category.Accusation > 0, Parties: rep.Parties}, desk)
}

// inDanger tells whether the case lies with the police because danger was named.
func (c *Case) inDanger() bool {
	return c.State == Transferred && c.Emergency && c.Outcome != nil && c.Outcome.Reason == ReasonEmergency
}

// danger 遇险即转: offers are withdrawn, the panel is sent home, an agreement that is not in effect yet is void.
func (d *decision) danger() {
	switch d.State {
	case Closed, Settled, Exited, NotAccepted:
		d.again(!d.Closed.IsZero())
		d.Loop = nil
	case Suspended:
		d.endSuspension()
	}
	if a := d.Agreement; a != nil && a.Effective.IsZero() {
		d.Agreement = nil
	}
	route, _ := d.pol.Route(d.pol.Intake.EmergencyRoute)
	d.say("route", route.Key)
	d.say("unit", route.Desk)
	d.say("reason", ReasonEmergency)
	d.say("emergency", "named")
	d.hand(route.Key, route.Desk, ReasonEmergency)
	d.Emergency = true
	d.passDanger()
	d.dispatch(policy.OnDanger)
	d.wake()
	d.tellReporters(NoticeProgress)
}

// wake tells of danger who is near.
func (d *decision) wake() {
	d.tell(NoticeEmergency, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
	d.tell(NoticeEmergency, Recipient{Role: GridLeader, Area: d.Area}, d.StateClock.Due)
}

// passDanger passes the matter on to the desk that the policy names for danger, be it from another desk or from nobody's. One that has it
// already hears of the new state, or is told once more to make its order.
func (d *decision) passDanger() {
	desk := d.pol.Desks.Danger
	if desk == "" || d.orderAt(desk) == nil && d.Units[desk] == "" {
		return
	}
	if d.AtDesk() != desk && len(d.Passes) < maxPasses {
		d.passTo(desk)
	} else if d.AwaitsOrderOf(desk) {
		d.sayPass(d.Passes[len(d.Passes)-1])
	}
	d.tellDesk(desk)
}

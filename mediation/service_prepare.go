package mediation

import (
	"context"
	"strings"
)

// prepare does all that costs chance, time or I/O before the update that may rerun.
func (s *Service) prepare(ctx context.Context, actor Actor, c *Case, q Request) (Order, string, error) {
	cmd, own := discreet(q.Command)
	o := Order{Actor: actor, Command: cmd, At: s.now(), Revision: q.Revision, NewID: newID()}
	if err := tooLong("text", words(cmd)); err != nil {
		return o, "", err
	}
	if q.Key != "" {
		o.Key = s.commandKey(actor, string(cmd.Name()), q.Key)
	}
	var err error
	if o.Words, err = s.seal(ctx, c.voice(actor, cmd), spoken(own, words(cmd))); err != nil {
		return o, "", err
	}
	switch cmd := q.Command.(type) {
	case AddParty, CorrectParty, RenewLink:
		return s.prepareParty(ctx, c, o, cmd)
	case RevokeProxy:
		link := newLink()
		o.LinkHash = s.Sealer.Hash("link", link)
		return o, link, nil
	case RecordSession:
		if _, ok := s.Atlas.Load().Name(cmd.Place); cmd.Place != "" && !ok {
			return o, "", Refusal("session", Invalid, "unknown_value", "place", "value", string(cmd.Place))
		}
		return o, "", kept("at", cmd.At)
	case Agree:
		return o, "", s.prepareAgreement(ctx, c, &o, cmd)
	case Place:
		plan := s.Atlas.Load()
		if _, ok := plan.IndexOf(cmd.Cell); !ok {
			return o, "", Refusal("place", Invalid, "unknown_value", "cell", "value", string(cmd.Cell))
		}
		o.Plan = plan.Version()
	case Transfer:
		return o, "", s.checkTransfer(ctx, c, cmd)
	case Consult:
		return o, "", s.checkUnits(ctx, c, cmd)
	case SignOffCase:
		return o, "", s.checkSigned(c, cmd)
	case Entrust:
		return o, "", s.checkHelper(ctx, c, o, cmd)
	case TakeCharge:
		return o, "", s.prepareCharge(ctx, c, &o, cmd)
	case GiveTask:
		return o, "", s.checkOwner(ctx, c, cmd)
	case ReturnTask:
		return o, "", kept("due", cmd.Due)
	case ApplyConfirmation:
		if !cmd.On.IsZero() {
			return o, "", kept("on", cmd.On)
		}
	case HandlePetition:
		return o, "", s.preparePetition(ctx, c, &o, cmd)
	case Join:
		into, err := s.visible(ctx, actor, cmd.Into)
		if err != nil || into.State.Over() || !MayCase(actor, Action(CmdJoin), &into) {
			return o, "", Refusal("join", Invalid, "unknown_value", "into", "value", cmd.Into)
		}
		if into.Accusation != c.Accusation {
			return o, "", Refusal("join", Conflict, "case.accusation_join", "into")
		}
		return o, "", joinBars(c, &into)
	case Detach:
		return o, "", s.checkDetach(ctx, c, cmd)
	case Split:
		// What the host passed on when it was joined itself is not the host's to give back: last in, first out.
		if host, err := s.Cases.Load(ctx, c.JoinedTo); err == nil && host.State == Joined {
			return o, "", Refusal("split", Conflict, "case.host_joined", "", "host", host.ID)
		}
	case NameDanger:
		if strings.TrimSpace(cmd.Text) == "" {
			return o, "", Refusal("danger", Invalid, "required", "text")
		}
		o.Units, err = s.dangerUnits(ctx, c)
		return o, "", err
	case PassOn:
		o.Units = s.deskUnits(c, cmd.To)
	case RecordCall:
		return o, "", s.prepareCall(ctx, c, &o, cmd)
	case Arrive:
		o.Away, err = s.away(ctx, c, place{cmd.Point, cmd.AccuracyM})
		return o, "", err
	case MarkLoop:
		if o.Away, err = s.away(ctx, c, place{cmd.Point, cmd.AccuracyM}); err != nil {
			return o, "", err
		}
		return o, "", s.attach(ctx, c, o, cmd.Photos)
	case SupplementCase:
		return o, "", s.attach(ctx, c, o, cmd.Photos)
	}
	return o, "", nil
}

// prepareParty seals a party that is entered or corrected, and makes the link of one that needs a new one.
func (s *Service) prepareParty(ctx context.Context, c *Case, o Order, cmd Command) (_ Order, link string, err error) {
	var p Party
	switch cmd := cmd.(type) {
	case RenewLink:
		link = newLink()
		o.LinkHash = s.Sealer.Hash("link", link)
		return o, link, nil
	case AddParty:
		if p, err = s.party(ctx, "", cmd.Party, o.At); err != nil {
			return o, "", err
		}
		if !c.accused(&p) {
			link = newLink()
			p.LinkHash, p.LinkFrom = s.Sealer.Hash("link", link), o.At
		}
	case CorrectParty:
		was := c.Party(cmd.Party)
		if was == nil {
			return o, "", Refusal("correct_party", Invalid, "unknown_value", "party", "value", cmd.Party)
		}
		if p, err = s.corrected(ctx, *was, cmd.As); err != nil {
			return o, "", err
		}
	}
	if err = s.checkAccused(c, &p); err != nil {
		return o, "", err
	}
	o.Party = &p
	o.Alike, err = s.sharing(ctx, c, p)
	return o, link, err
}

func (s *Service) prepareAgreement(ctx context.Context, c *Case, o *Order, cmd Agree) error {
	if err := kept("performBy", cmd.PerformBy); err != nil {
		return err
	}
	for _, f := range []struct {
		field, text string
		to          *Sealed
	}{{"facts", cmd.Facts, &o.Facts}, {"terms", cmd.Terms, &o.Terms}, {"place", cmd.PlaceOf, &o.Place}} {
		if err := tooLong(f.field, f.text); err != nil {
			return err
		}
		var err error
		if *f.to, err = s.seal(ctx, c.Key, f.text); err != nil {
			return err
		}
	}
	return nil
}

// checkDetach refuses to take out a report that a joined case brought: it is that case that can be split off again.
func (s *Service) checkDetach(ctx context.Context, c *Case, cmd Detach) error {
	for _, id := range c.Joined {
		from, err := s.Cases.Load(ctx, id)
		if err != nil {
			return err
		}
		if has(from.Reports, cmd.Report) {
			return Refusal("detach", Conflict, "case.joined_report", "report", "case", id)
		}
	}
	return nil
}

// checkTransfer refuses an area that the plan does not have and a unit that nobody would hear of it: a desk of the policy, or
// one with staff for the area.
func (s *Service) checkTransfer(ctx context.Context, c *Case, cmd Transfer) error {
	area := c.Area
	if cmd.Area != "" {
		area = cmd.Area
		if _, ok := s.Atlas.Load().Name(area); !ok {
			return Refusal("transfer", Invalid, "unknown_value", "area", "value", string(area))
		}
	}
	r, err := s.rules(ctx, c.Policy)
	if err != nil {
		return err
	}
	unit := cmd.Unit
	if route, ok := r.Policy.Route(cmd.Route); ok && unit == "" {
		unit = route.Desk
	}
	if s.ofAccused(c, unit) {
		return Refusal("transfer", Conflict, "case.accused_unit", "unit", "unit", unit)
	}
	if cmd.Unit == "" {
		return nil
	}
	for _, route := range r.Policy.Intake.Routes {
		if route.Desk == cmd.Unit {
			return nil
		}
	}
	staffed, err := s.Users.Staffed(ctx, cmd.Unit, area)
	if err == nil && !staffed {
		return Refusal("transfer", Invalid, "unknown_value", "unit", "value", cmd.Unit)
	}
	return err
}

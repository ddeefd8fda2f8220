package slip

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// Who answers a paper does not judge it: nobody writes to themselves, to their own unit or post, or to somebody of the post that would judge
// for them. What is handed on, escalates or goes to the county's staff comes to be judged by somebody else.

// holds tells whether the actor holds the post of who issued a slip.
func holds(actor mediation.Actor, i Issuer) bool {
	return actor.Role == i.Role && actor.Unit == i.Unit && actor.Area.Contains(i.Area)
}

// actor is the issuer as somebody who acts.
func (i Issuer) actor() mediation.Actor {
	return mediation.Actor{ID: i.User, Role: i.Role, Unit: i.Unit, Area: i.Area}
}

// answering tells whether the slip is the actor's to answer, or they have done so before.
func answering(actor mediation.Actor, s *Slip) bool {
	return Addressed(actor, s) || slices.ContainsFunc(s.History, func(e Entry) bool {
		rule, ok := RuleOf(Name(e.Kind))
		return ok && rule.Action == mediation.SlipAnswer && e.Actor == actor.ID
	})
}

// impartial has a slip judged by a post that is not to answer it, where nobody issued it or who did is its addressee.
func (s *Slip) impartial(r Rules) {
	if s.Issuer.Role == "" || Addressed(s.Issuer.actor(), s) {
		s.Issuer = Issuer{Role: judging(r.Kind, s.To), Area: s.Area}
	}
}

// judging is the post that judges what the system issues: the first that may issue the kind and is not the one to answer it; where there is
// none, the supervisor's, or the leader's of what supervisors answer.
func judging(k policy.SlipKind, to Addressee) mediation.Role {
	for _, role := range k.Issuers {
		if mediation.Role(role) != to.Role {
			return mediation.Role(role)
		}
	}
	if to.Role == mediation.Supervisor {
		return mediation.Leader
	}
	return mediation.Supervisor
}

// reachesNoAccused tells whether a slip about an accusation may go there at all: to units, of which it is known who is accused there, and to
// posts of the county; of a single person nobody knows whose colleague they are.
func reachesNoAccused(to Addressee) bool {
	switch to.Form() {
	case "unit":
		return true
	case "post":
		return to.Role == mediation.CountyStaff || to.Role == mediation.Supervisor || to.Role == mediation.Leader
	}
	return false
}

// checkAddressee refuses whom the kind may not go to, and who is not there.
func (s *Service) checkAddressee(ctx context.Context, actor mediation.Actor, sl *Slip, r Rules) error {
	form := sl.To.Form()
	if form == "" {
		return mediation.Refusal("slip", mediation.Invalid, "required", "to")
	}
	if !slices.Contains(r.Kind.To, form) {
		return mediation.Refusal("slip", mediation.Conflict, "slip.addressee", "to", "form", form)
	}
	if bodies := r.Kind.Bodies; len(bodies) > 0 {
		if to := cmp.Or(sl.To.Unit, string(sl.To.Role)); to == "" || !slices.Contains(bodies, to) {
			return mediation.Refusal("slip", mediation.Conflict, "slip.body", "to", "bodies", strings.Join(bodies, "、"))
		}
	}
	if form == "person" {
		sl.To = Addressee{User: sl.To.User}
		return s.checkPerson(ctx, actor, sl, r)
	}
	if sl.To.Area == "" {
		sl.To.Area = sl.Area
	}
	if form == "post" {
		if len(mediation.Scopes(mediation.SlipAnswer, sl.To.Role)) == 0 {
			return mediation.Refusal("slip", mediation.Invalid, "unknown_value", "to", "value", string(sl.To.Role))
		}
		return reaches(actor, r.Kind, sl.To.Role, sl.To.Area)
	}
	sl.To.Role = ""
	staffed, err := s.Users.Staffed(ctx, sl.To.Unit, sl.To.Area)
	if err == nil && !staffed && sl.Issuer.User != "" {
		return mediation.Refusal("slip", mediation.Invalid, "unknown_value", "to", "value", sl.To.Unit)
	}
	return err
}

// checkPerson refuses somebody who is not there or cannot answer, and who would answer themselves or their own post.
func (s *Service) checkPerson(ctx context.Context, actor mediation.Actor, sl *Slip, r Rules) error {
	to, open, err := s.Users.ActorOf(ctx, sl.To.User)
	switch {
	case err != nil:
		return err
	case to.ID == "":
		return mediation.Refusal("slip", mediation.Invalid, "unknown_value", "to", "value", sl.To.User)
	case !open || len(mediation.Scopes(mediation.SlipAnswer, to.Role)) == 0:
		return mediation.Refusal("slip", mediation.Conflict, "slip.cannot_answer", "to")
	case actor.Role != mediation.System && holds(to, sl.Issuer):
		return mediation.Refusal("slip", mediation.Conflict, "slip.to_oneself", "to")
	}
	return reaches(actor, r.Kind, to.Role, to.Area)
}

// ranks are the roles by who stands over whom.
var ranks = map[mediation.Role]int{mediation.GridWorker: 1, mediation.InformationOfficer: 1, mediation.MediatorRole: 1, mediation.GridLeader: 2, mediation.UnitStaff: 3,
	mediation.TownshipStaff: 3, mediation.CountyStaff: 4, mediation.Supervisor: 5, mediation.Leader: 5}

// reaches refuses a role and area that are not the issuer's to write to: above them, or beside, unless policy has the kind go there. Who serves
// the issuer's area and ranks lower, such as a mediator of the whole county, is neither.
func reaches(from mediation.Actor, k policy.SlipKind, role mediation.Role, area grid.Code) error {
	within, over, higher := from.Area.Contains(area), area.Contains(from.Area), ranks[role] > ranks[from.Role]
	switch {
	case from.Role == mediation.System:
		return nil
	case within && !higher, over && ranks[role] < ranks[from.Role]:
		return nil
	case (within || over) && slices.Contains(k.Reach.Above, string(role)), !within && !over && slices.Contains(k.Reach.Beside, string(role)):
		return nil
	}
	return mediation.Refusal("slip", mediation.Forbidden, "slip.reach", "to")
}

// apart refuses somebody for a supervision team who is on the other side: who is to answer the slip, or of their unit, and whom it is about or
// kept from.
func (s *Service) apart(ctx context.Context, sl *Slip, user, field string) error {
	who, _, err := s.Users.ActorOf(ctx, user)
	if err != nil {
		return err
	}
	unit := sl.To.Unit
	if sl.To.User != "" {
		to, _, err := s.Users.ActorOf(ctx, sl.To.User)
		if err != nil {
			return err
		}
		unit = to.Unit
	}
	hidden, err := s.Cases.Hides(ctx, sl.Case, who)
	if err != nil {
		return err
	}
	if hidden || unit != "" && who.Unit == unit || answering(who, sl) || mediation.Withholds(sl.KeptFrom, who.Keys()) {
		return mediation.Refusal("slip", mediation.Conflict, "slip.team_side", field)
	}
	return nil
}

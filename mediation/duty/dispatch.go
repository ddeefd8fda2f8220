package duty

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// reached is one of whom a rule names, as it stands when the rule is asked.
type reached struct {
	policy.Target
	lead   bool
	user   string // who holds the post
	vacant bool   // nobody has the post, no account of the unit or the role is open for the case's area
}

// Dispatch sends a case to whom a rule of its policy names: they are told, may read it, and sign for it where the rule says so; its timeline says who
// they are, with the rule as the reason. Where one of them cannot be reached, the county's staff and leaders are told instead, which the event
// says too. A case that has turned out to be an accusation since the rule was asked goes to nobody by rule.
func (s *Service) Dispatch(ctx context.Context, c *mediation.Case, key string, since time.Time) error {
	if c.Accusation {
		return nil
	}
	r, err := s.Cases.Rules(ctx, c.Policy)
	if err != nil {
		return err
	}
	rule, ok := r.Policy.DispatchRule(key)
	if !ok {
		return nil // a newer policy has it no more
	}
	list, err := s.reach(ctx, c, &rule, since)
	if err != nil {
		return err
	}
	data, sent, to := outcome(c, &rule, list, since)
	id := "dispatch/" + c.ID + "/" + key + "/" + strconv.FormatInt(since.UnixMilli(), 10)
	notices := make([]mediation.Notice, len(to))
	for i := range to {
		notices[i] = mediation.Notice{ID: id + "/" + strconv.Itoa(i), Kind: mediation.NoticeDispatched, At: since, Case: c.ID, To: to[i]}
	}
	// On record first: whoever is told finds why, and may open it. A crash in between does both again, which is once.
	may, err := s.Cases.RecordSent(ctx, c.ID, mediation.Beside{ID: id, At: s.Now(), Actor: mediation.SystemActor.ID, Role: mediation.System,
		Kind: mediation.EventDispatched, Data: data}, sent)
	if err != nil || !may {
		return err
	}
	if err := s.Rosters.Announce(ctx, notices); err != nil {
		return err
	}
	s.tallies.dispatched.Add(1)
	if rule.On == policy.OnUnheld {
		s.tallies.caught.Add(1)
	}
	if slices.ContainsFunc(list, func(x reached) bool { return x.vacant }) {
		s.tallies.vacant.Add(1)
	}
	return nil
}

// outcome is what comes of a rule: what its event says, to whom the case is sent, and who is told.
func outcome(c *mediation.Case, rule *policy.DispatchRule, list []reached, at time.Time) (data map[string]string, sent []mediation.Sent, to []mediation.Recipient) {
	data = map[string]string{"rule": rule.Key, "reason": rule.Name.Zh}
	vacant, helpers := false, 0
	for _, x := range list {
		prefix := ""
		if !x.lead {
			helpers++
			prefix = "assisting" + strconv.Itoa(helpers) + "_"
		}
		for key, value := range map[string]string{"post": x.Post, "unit": x.Unit, "role": x.Role, "user": x.user} {
			if value != "" {
				data[prefix+key] = value
			}
		}
		if x.vacant {
			data[prefix+"vacant"], vacant = "true", true
			continue
		}
		one := mediation.Sent{Unit: x.Unit, User: x.user, Role: mediation.Role(x.Role), Lead: x.lead, Signs: x.Signs, Rule: rule.Key, At: at}
		sent = append(sent, one)
		tell := mediation.Recipient{User: one.User, Unit: one.Unit, Role: one.Role}
		if one.User == "" {
			tell.Area = c.Area
		}
		to = append(to, tell)
	}
	if vacant {
		to = append(to, mediation.Recipient{Role: mediation.Leader, Area: c.Area}, mediation.Recipient{Role: mediation.CountyStaff, Area: c.Area})
	}
	return data, sent, to
}

// reach finds who can be reached of those whom a rule names, the lead first.
func (s *Service) reach(ctx context.Context, c *mediation.Case, rule *policy.DispatchRule, at time.Time) ([]reached, error) {
	var list []reached
	if len(rule.Kinds) == 0 { // mediators are asked by the case itself
		list = append(list, reached{Target: rule.Target, lead: true})
	}
	for _, t := range rule.With {
		list = append(list, reached{Target: t})
	}
	for i := range list {
		x := &list[i]
		if x.Post != "" {
			shift, err := s.holder(ctx, c, x.Post, at)
			if err != nil {
				return nil, err
			}
			x.user, x.vacant = shift.Person, shift.Person == ""
			continue
		}
		there, err := s.People.Reached(ctx, mediation.Recipient{Unit: x.Unit, Role: mediation.Role(x.Role), Area: c.Area})
		if err != nil {
			return nil, err
		}
		x.vacant = !there
	}
	return list, nil
}

// holder is the shift of who holds a post for a case and can be reached; zero where nobody does.
func (s *Service) holder(ctx context.Context, c *mediation.Case, post string, at time.Time) (Shift, error) {
	now, _, err := s.Rosters.Roster(ctx)
	if err != nil {
		return Shift{}, err
	}
	x, ok := now.On(post, c.Area, at)
	if !ok {
		return Shift{}, nil
	}
	unit, locked, err := s.People.OnDuty(ctx, x.Person)
	if errors.Is(err, mediation.ErrNotFound) || err == nil && (locked || s.Cases.AccusedAt(c, unit)) {
		return Shift{}, nil
	}
	return x, err
}

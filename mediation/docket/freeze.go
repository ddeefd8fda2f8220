package docket

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/campaign"
	"fengqiao/mediation/policy"
)

// page is how many cases are read at once.
const page = 500

// upcoming is the period whose list of that rule comes next: the one that follows the latest list's or, where there is none yet, the one that
// now lies in.
func (s *Service) upcoming(ctx context.Context, rule *policy.ReviewList, now time.Time, zone *time.Location) (p Period, earlier string, err error) {
	latest, _, err := s.Lists.List(ctx, rule.Key, "", 1)
	switch {
	case err != nil:
		return p, "", err
	case len(latest) == 0:
		return PeriodOf(rule.Every, now, zone), "", nil
	}
	return After(rule.Every, latest[0].Until, zone), latest[0].ID, nil
}

// freezeDue freezes the lists of all periods that have begun, one after the other.
func (s *Service) freezeDue(ctx context.Context, now time.Time) (frozen int, err error) {
	r, err := s.Core.Rules(ctx, "")
	if err != nil {
		return 0, err
	}
	zone, err := r.Policy.Clocks.Calendar.Location()
	if err != nil {
		return 0, err
	}
	for i := range r.Policy.ReviewLists {
		rule := &r.Policy.ReviewLists[i]
		for {
			p, earlier, err := s.upcoming(ctx, rule, now, zone)
			if err != nil {
				return frozen, err
			}
			if p.From.After(now) {
				break
			}
			if err := s.freeze(ctx, r, rule, p, earlier, now); err != nil {
				return frozen, err
			}
			frozen++
		}
	}
	return frozen, nil
}

func (s *Service) freeze(ctx context.Context, r mediation.Rules, rule *policy.ReviewList, p Period, earlier string, now time.Time) error {
	items, err := s.chosen(ctx, r.Policy, rule, p.From)
	if err != nil {
		return err
	}
	l := List{ID: IDOf(rule.Key, p), Key: rule.Key, Policy: r.Policy.ID, Area: grid.Code(r.Policy.County), Period: p, Frozen: now, Items: items, Total: len(items), Earlier: earlier}
	if !rule.Meets.Within.Zero() {
		l.Meets = r.Calendar.After(p.From, rule.Meets.Within).UTC()
	}
	l.schedule(r, rule, now)
	var notices []mediation.Notice
	if now.Before(p.Until) { // nobody is called to what is over
		notices = l.call(rule, now, "frozen")
	}
	_, _, err = s.Lists.Freeze(ctx, l, notices)
	return err
}

// schedule says when the sweep must look again at a list: when it next reminds of the meeting. What is over is not reminded of.
func (l *List) schedule(r mediation.Rules, rule *policy.ReviewList, now time.Time) {
	l.NextDue = time.Time{}
	if !l.Meets.After(now) {
		return
	}
	if l.Reminded < len(rule.Meets.Remind) {
		l.NextDue = r.Calendar.Before(l.Meets, rule.Meets.Remind[l.Reminded]).UTC()
	}
}

// remind lets the reminders of the meeting come to now, several missed ones being one, and tells whether one fell due.
func (l *List) remind(r mediation.Rules, rule *policy.ReviewList, now time.Time) (due bool) {
	for ; l.Reminded < len(rule.Meets.Remind) && !r.Calendar.Before(l.Meets, rule.Meets.Remind[l.Reminded]).After(now); l.Reminded++ {
		due = true
	}
	l.schedule(r, rule, now)
	return due && l.Meets.After(now)
}

// call tells those who sit: the offices of the list's area, the leaders in charge of its cases, the townships and the units that they lie with,
// and the units that are invited to every sitting.
func (l *List) call(rule *policy.ReviewList, at time.Time, what string) (notices []mediation.Notice) {
	if len(l.Items) == 0 {
		return nil // there is nothing to sit over
	}
	told := map[mediation.Recipient]bool{}
	tell := func(to mediation.Recipient) {
		if told[to] {
			return
		}
		told[to] = true
		notices = append(notices, mediation.Notice{ID: "review-list/" + l.ID + "/" + what + "/" + strconv.Itoa(len(notices)), Kind: mediation.NoticeDocket, At: at, To: to, Due: l.Meets,
			Subject: "review-list/" + l.ID})
	}
	for _, unit := range rule.Invites {
		tell(mediation.Recipient{Unit: unit, Area: l.Area})
	}
	for _, word := range rule.Sits {
		switch role := mediation.Role(word); role {
		case mediation.UnitStaff:
			for i := range l.Items {
				if l.Items[i].Unit != "" {
					tell(mediation.Recipient{Unit: l.Items[i].Unit, Area: l.Area})
				}
			}
		case mediation.TownshipStaff:
			for i := range l.Items {
				tell(mediation.Recipient{Role: role, Area: Town(l.Items[i].Area, l.Area)})
			}
		case mediation.Leader:
			tell(mediation.Recipient{Role: role, Area: l.Area})
			for i := range l.Items {
				if l.Items[i].Leader != "" {
					tell(mediation.Recipient{User: l.Items[i].Leader})
				}
			}
		default:
			tell(mediation.Recipient{Role: role, Area: l.Area})
		}
	}
	return notices
}

// Town is the unit right below an area that another lies in; the area itself where that is no deeper.
func Town(code, under grid.Code) grid.Code {
	return code.Below(min(code.Depth(), under.Depth()+1))
}

// chosen finds the cases that met the rule just before a moment, the oldest first.
func (s *Service) chosen(ctx context.Context, pol *policy.Policy, rule *policy.ReviewList, at time.Time) ([]Item, error) {
	found, county := map[string]Item{}, grid.Code(pol.County)
	err := campaign.Past{Cases: s.Cases, Heads: s.Heads}.Each(ctx, mediation.Filter{Area: county}, at, func(h *mediation.Summary, events []mediation.Event) error {
		delete(found, h.ID)
		if !county.Contains(h.Area) {
			return nil
		}
		f := FactsNow(h)
		if events != nil {
			f = FactsOf(h, events, at)
		}
		f.Source, f.Category = pol.Intake.SourceOf(h.Channel), cmp.Or(f.Category, h.Category)
		if why := Reasons(rule, f, at); len(why) > 0 {
			found[h.ID] = Item{Case: h.ID, Area: h.Area, Opened: h.Opened, Reasons: why, Turns: f.Turns, Leader: f.Leader, Unit: h.Unit}
		}
		return nil
	})
	items := make([]Item, 0, len(found))
	for _, x := range found {
		items = append(items, x)
	}
	slices.SortFunc(items, func(a, b Item) int { return cmp.Or(a.Opened.Compare(b.Opened), cmp.Compare(a.Case, b.Case)) })
	return items[:min(len(items), MaxItems)], err
}

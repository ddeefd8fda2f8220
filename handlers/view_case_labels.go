package handlers

import (
	"context"
	"fmt"
	"strings"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// labels words codes in the caller's language, by one policy and one plan.
type labels struct {
	*gazetteer
	zh  bool
	pol *policy.Policy
}

// labels are by the policy of that id, "" for the one in force.
func (a *API) labels(c *Call, version string) (labels, error) {
	pol, err := a.policy(c.Context, version)
	return labels{gazetteer: a.places(), zh: strings.HasPrefix(c.Lang, "zh"), pol: pol}, err
}

func (a *API) policy(ctx context.Context, version string) (*policy.Policy, error) {
	if version == "" {
		return a.Policies.Current(ctx)
	}
	return a.Policies.Version(ctx, version)
}

func (l labels) text(t policy.Text) string { return choose(l.zh || t.En == "", t.Zh, t.En) }

func (l labels) category(key string) string {
	if x, ok := l.pol.Category(key); ok {
		return l.text(x.Name)
	}
	return key
}

func (l labels) route(key string) routeView {
	if x, ok := l.pol.Route(key); ok {
		return routeView{Key: x.Key, Text: l.text(x.Name), Norm: x.Norm, Desk: x.Desk}
	}
	return routeView{Key: key, Text: key}
}

func (l labels) state(s mediation.State) string {
	info := s.Info()
	return choose(l.zh, info.Zh, info.En)
}

func (l labels) tier(i int) tierView {
	v := tierView{Index: i}
	if i >= 0 && i < len(l.pol.Tiers) {
		v.Key, v.Text = l.pol.Tiers[i].Key, l.text(l.pol.Tiers[i].Name)
	}
	return v
}

func (l labels) mediatorKind(key string) string {
	for _, k := range mediation.MediatorKinds {
		if k.Key == key {
			return choose(l.zh, k.Zh, k.En)
		}
	}
	return key
}

func (l labels) lang() string { return choose(l.zh, "zh-CN", "en") }

func (l labels) reasons(list []mediation.Reason) []reasonView {
	out := make([]reasonView, len(list))
	for i, r := range list {
		out[i] = reasonView{Code: r.Code, Text: l.spoken(r).Text(l.lang()), Params: r.Params}
	}
	return out
}

// spoken is a reason whose codes are replaced by the names that people know; the app gets the codes beside it.
func (l labels) spoken(r mediation.Reason) mediation.Reason {
	names := make(map[string]string, len(r.Params))
	for key, value := range r.Params {
		names[key] = value
		switch key {
		case "area":
			if name, ok := l.plan.Name(grid.Code(value)); ok && name != "" {
				names[key] = name
			}
		case "category":
			names[key] = l.category(value)
		}
	}
	return mediation.Reason{Code: r.Code, Params: names}
}

// title is the number as papers bear it, by the policy's format: 富阳矛调〔2026〕第00012号.
func (l labels) title(n mediation.Number) string {
	unit, year, _ := strings.Cut(n.Series, "/")
	if name, ok := l.plan.Name(grid.Code(unit)); ok {
		unit = name
	}
	text := strings.ReplaceAll(l.pol.Intake.NumberFormat, "{n}", fmt.Sprintf("%05d", n.N))
	return strings.ReplaceAll(strings.ReplaceAll(text, "{year}", year), "{unit}", unit) // the name last: what it holds stays
}

// summary is a case in a list.
func (l labels) summary(s *mediation.Summary) summaryView {
	v := summaryView{ID: s.ID, Revision: s.Revision, Reports: s.Reports, Seated: s.Seated, StateDue: s.StateDue, WholeDue: s.WholeDue, Breached: s.Breached, ReviewDue: s.ReviewDue}
	if v.Seated == nil {
		v.Seated = []string{}
	}
	v.caseHead = caseHead{Number: s.Number.String(), Title: l.title(s.Number), State: string(s.State), StateText: l.state(s.State),
		Category: s.Category, CategoryText: l.category(s.Category), Severity: s.Severity, Emergency: s.Emergency, Channel: s.Channel,
		Unit: s.Unit, Area: l.place(s.Area), Cell: l.place(s.Cell), NeedsHand: s.NeedsHand, Repeats: s.Repeats,
		Opened: s.Opened, Changed: s.Changed, Closed: s.Closed}
	return v
}

// maskPhone leaves the first three and last four digits: 138****1234.
func maskPhone(phone string) string { return mask(phone, 3, 4) }

// maskID leaves the first four and last four characters.
func maskID(id string) string { return mask(id, 4, 4) }

func mask(text string, head, tail int) string {
	runes := []rune(text)
	if len(runes) == 0 {
		return ""
	}
	if len(runes) < head+tail+2 {
		return strings.Repeat("*", len(runes))
	}
	return string(runes[:head]) + strings.Repeat("*", len(runes)-head-tail) + string(runes[len(runes)-tail:])
}

func choose(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

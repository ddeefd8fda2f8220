package handlers

import (
	"time"

	"fengqiao/mediation"
)

// sentView is whom a dispatch rule has sent the case to: a unit, who was on duty, or a role where the case lies.
type sentView struct {
	Unit     string         `json:"unit,omitzero"`
	User     *personRef     `json:"user,omitzero"`
	Role     mediation.Role `json:"role,omitzero"`
	Lead     bool           `json:"lead"`
	Signs    bool           `json:"signs"`
	Rule     string         `json:"rule"`
	RuleText string         `json:"ruleText"`
	At       time.Time      `json:"at"`
}

// sent shows to whom rules have sent the case, for those who see who did what in it.
func (v *caseViewer) sent() []sentView {
	var list []sentView
	for _, s := range v.k.Sent {
		out := sentView{Unit: s.Unit, Role: s.Role, Lead: s.Lead, Signs: s.Signs, Rule: s.Rule, RuleText: s.Rule, At: s.At}
		if s.User != "" {
			who := v.person(s.User)
			out.User = &who
		}
		if rule, ok := v.pol.DispatchRule(s.Rule); ok {
			out.RuleText = v.text(rule.Name)
		}
		list = append(list, out)
	}
	return list
}

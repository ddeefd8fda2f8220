package handlers

import (
	"time"

	"fengqiao/mediation"
)

// confirmationView is where judicial confirmation of an agreement stands.
type confirmationView struct {
	State     string     `json:"state"` // open, applied, confirmed, refused, lapsed, moot
	StateText string     `json:"stateText"`
	Until     time.Time  `json:"until"`
	Clock     *dueView   `json:"clock"`   // why it lapses then; null once nobody may apply any more
	Applied   *time.Time `json:"applied"` // when the parties did
	Court     string     `json:"court"`
	Ruled     *time.Time `json:"ruled,omitempty"` // when the court did
	// Consents are those of the parties whom the reader sees.
	Consents []jointConsentView `json:"consents"`
}

type jointConsentView struct {
	Party  string `json:"party"`
	Manner string `json:"manner"`
}

var confirmationWords = map[string][2]string{
	"open": {"可以申请", "may be applied for"}, "applied": {"已共同申请", "applied for jointly"}, "confirmed": {"法院确认有效", "confirmed by the court"}, "refused": {"法院驳回申请", "refused by the court"}, "lapsed": {"逾期未申请", "not applied for in time"}, "moot": {"无须申请（已履行或案件已了结）", "of no use any more: performed, or the case is over"},
}

// confirmation shows it by the case; all says whether every party's consent is shown, or that of one alone.
func (x *explainer) confirmation(k *mediation.Case, a *mediation.Agreement, all bool, me string) *confirmationView {
	if a.Confirm.Due.IsZero() {
		return nil
	}
	v := &confirmationView{State: a.Confirmation(k), Until: a.Confirm.Due.UTC(), Applied: moment(a.Applied), Court: a.Court, Clock: x.clock(k.ConfirmTerm(a, x.rules)),
		Ruled: moment(a.Ruled), Consents: []jointConsentView{}}
	v.StateText = x.word(confirmationWords, v.State)
	for _, b := range a.Consents {
		if all || b.Party == me {
			v.Consents = append(v.Consents, jointConsentView{b.Party, b.Manner})
		}
	}
	return v
}

package webhook

import (
	"time"

	"fengqiao/mediation/desk"
)

// Body is an echo on the wire. Members may be added; a receiver passes over those that it does not know.
type Body struct {
	Order      string    `json:"order"` // the desk's own number
	Case       string    `json:"caseId"`
	CaseNumber string    `json:"caseNumber"`
	Seq        int       `json:"seq"`
	At         time.Time `json:"at"`
	Step       string    `json:"step"`
	State      string    `json:"state"`
	Before     string    `json:"before,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	Unit       string    `json:"unit,omitempty"`
}

func bodyOf(e desk.Echo) Body {
	return Body{Order: e.Order, Case: e.Case, CaseNumber: e.CaseNumber, Seq: e.Seq, At: e.At, Step: string(e.Step), State: string(e.State),
		Before: string(e.Before), Reason: e.Reason, Unit: e.Unit}
}

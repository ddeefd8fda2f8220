package webhook

import (
	"time"

	"fengqiao/mediation"
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
	// From and To are the desks that it went from and to (一键转办).
	From *Place `json:"from,omitempty"`
	To   *Place `json:"to,omitempty"`
}

// Place is a desk with its number of the matter; "" while it has none.
type Place struct {
	Desk   string `json:"desk"`
	Number string `json:"number"`
}

func placeOf(o mediation.Outside) *Place {
	if o.Desk == "" {
		return nil
	}
	return &Place{o.Desk, o.Number}
}

func bodyOf(e desk.Echo) Body {
	return Body{Order: e.Order, Case: e.Case, CaseNumber: e.CaseNumber, Seq: e.Seq, At: e.At, Step: string(e.Step), State: string(e.State),
		Before: string(e.Before), Reason: e.Reason, Unit: e.Unit, From: placeOf(e.From), To: placeOf(e.To)}
}

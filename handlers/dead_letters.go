package handlers

import (
	"errors"
	"net/http"
	"time"

	"fengqiao/mediation"
	"fengqiao/push"
)

// deadLetterView is a push that was given up. It has neither words nor the device's token.
type deadLetterView struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Case     string    `json:"caseId,omitzero"`
	User     string    `json:"userId,omitzero"`
	Device   string    `json:"deviceId,omitzero"`
	At       time.Time `json:"at"`
	Died     time.Time `json:"diedAt"`
	Attempts int       `json:"attempts"`
	Reason   string    `json:"reason"`
	Twice    bool      `json:"possiblyTwice"`
}

// deadLetters lists the pushes that were given up, the longest dead first. An administrator of a part of the country gets
// those of cases there, so a page may be shorter than asked for.
func (a *API) deadLetters(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	found, next, err := a.Outbox.DeadLetters(c.Context, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	items := []deadLetterView{}
	for _, e := range found {
		switch err := a.mayLetter(c, e.Notice); {
		case errors.Is(err, mediation.ErrNotFound):
			continue
		case err != nil:
			return Reply{}, err
		}
		items = append(items, deadLetterView{wireID(e.ID), string(e.Notice.Kind), e.Notice.Case, e.User, e.Device,
			e.Notice.At.UTC(), e.Died.UTC(), e.Attempts, e.Reason, e.PossiblyTwice})
	}
	return Reply{View: NewPage(items, next)}, nil
}

// mayLetter tells whether a letter is for the caller to see: its case lies in their area or, where there is no case yet, whom it
// was to tell.
func (a *API) mayLetter(c *Call, n mediation.Notice) error {
	if mediation.MayArea(c.Actor, mediation.PushDead, "") {
		return nil
	}
	area := n.To.Area
	if n.Case != "" {
		found, err := a.Cases.Cases.Load(c.Context, n.Case)
		if err != nil {
			return err
		}
		area = found.Area
	}
	if !mediation.MayArea(c.Actor, mediation.PushDead, area) {
		return mediation.ErrNotFound
	}
	return nil
}

// resend makes a dead letter due again.
func (a *API) resend(c *Call) (Reply, error) {
	id := portID(c.PathID("id"))
	e, err := a.Outbox.Entry(c.Context, id)
	if err != nil {
		return Reply{}, err
	}
	if err := a.mayLetter(c, e.Notice); err != nil {
		return Reply{}, err
	}
	if err := a.Outbox.Resend(c.Context, id); err != nil {
		if errors.Is(err, push.ErrNotDead) {
			return Reply{}, refuse(http.StatusConflict, "push.not_dead", "")
		}
		return Reply{}, err
	}
	return Reply{Status: http.StatusAccepted}, nil
}

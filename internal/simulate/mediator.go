package simulate

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// mediator is a mediator at work: answers offers and carries the cases that they lead up to the closing.
type mediator struct {
	*Office
	s *Session
}

// Of a hundred offers a simulated mediator lets some lapse and declines some, always the same for the same case.
const (
	lapse   = 6
	decline = 12
)

func (m *mediator) turn(ctx context.Context) (int, error) {
	var asked struct {
		Items []struct {
			Offer offer   `json:"offer"`
			Case  summary `json:"case"`
		} `json:"items"`
	}
	if err := m.s.get(ctx, "/api/v1/offers", &asked); err != nil {
		return 0, err
	}
	did := 0
	for _, x := range asked.Items {
		n, err := m.answer(ctx, x.Offer, x.Case)
		if err = m.tally.forgive(err); err != nil {
			return did, err
		}
		did += n
	}
	var mine page[summary]
	if err := m.s.get(ctx, "/api/v1/cases?state=accepted&state=mediating&state=agreed&state=effective&limit=50", &mine); err != nil {
		return did, err
	}
	for _, c := range mine.Items {
		v, err := m.s.look(ctx, c.ID)
		if err == nil && leads(&v, m.s.Mediator) {
			before := v.Revision
			v, err = m.carry(ctx, v)
			if v.Revision != before {
				did++
			}
		}
		if err = m.tally.forgive(err); err != nil {
			return did, err
		}
	}
	return did, nil
}

func leads(v *caseView, mediator string) bool {
	for _, s := range v.Panel {
		if s.Lead && s.Mediator != nil && s.Mediator.ID == mediator {
			return true
		}
	}
	return false
}

// answer takes, declines or ignores an offer.
func (m *mediator) answer(ctx context.Context, o offer, c summary) (int, error) {
	mood := int(hashOf(c.ID, m.s.Mediator) % 100)
	if mood < lapse && !m.Prompt {
		return 0, nil
	}
	if mood < decline {
		_, err := m.s.command(ctx, c.ID, c.Revision, "decline", object{"offer": o.ID, "reason": "busy"})
		m.tally.count("offers declined", err)
		return 1, err
	}
	v, err := m.s.command(ctx, c.ID, c.Revision, "take", object{"offer": o.ID})
	m.tally.count("offers taken", err)
	if err != nil || !leads(&v, m.s.Mediator) {
		return 1, err
	}
	_, err = m.carry(ctx, v)
	return 1, err
}

// carry takes a case as far as its lead mediator can.
func (m *mediator) carry(ctx context.Context, v caseView) (caseView, error) {
	for {
		next, err := m.step(ctx, v)
		if err != nil || next == nil {
			return v, err
		}
		v = *next
	}
}

// step does the next thing that is the lead mediator's to do; nil if there is none.
func (m *mediator) step(ctx context.Context, v caseView) (*caseView, error) {
	switch v.State {
	case "accepted", "mediating":
		for _, side := range []string{"applicant", "respondent"} {
			if v.side(side) == nil {
				return m.enter(ctx, v, side)
			}
		}
		if v.State == "accepted" {
			return m.meet(ctx, v)
		}
		return m.agree(ctx, v)
	case "agreed":
		return m.sign(ctx, v)
	case "effective":
		if v.Performed.IsZero() {
			return m.do(ctx, v, "perform", nil)
		}
		next, err := m.do(ctx, v, "close", object{"remark": "done"})
		if err == nil && hashOf(v.ID, "early")%2 == 0 {
			err = m.word(ctx, next, m.s) // some parties speak before anybody visits them
		}
		return nil, err
	}
	return nil, nil
}

func (m *mediator) do(ctx context.Context, v caseView, name string, body object) (*caseView, error) {
	next, err := m.s.command(ctx, v.ID, v.Revision, name, body)
	m.tally.count(name, err)
	return &next, err
}

func (m *mediator) enter(ctx context.Context, v caseView, side string) (*caseView, error) {
	next, err := m.do(ctx, v, "add-party", object{"kind": "person", "side": side, "name": invented(v.ID + side)})
	if err == nil && next.Link != "" {
		m.parties.give(v.ID, next.Party, next.Link)
	}
	return next, err
}

// meet holds a session. Where somebody invited sits on the panel every party has to consent first.
func (m *mediator) meet(ctx context.Context, v caseView) (*caseView, error) {
	for _, s := range v.Panel {
		if !s.Outsider || s.Mediator == nil {
			continue
		}
		for _, p := range v.Parties {
			if p.Outsiders != nil && p.Outsiders.Given {
				continue
			}
			err := m.speak(ctx, m.s, v, p.ID, "consent", object{"given": true})
			if m.tally.count("consent", err); err != nil {
				return nil, err
			}
		}
	}
	now, err := m.s.look(ctx, v.ID)
	if err != nil || now.State != "accepted" {
		return nil, err
	}
	attended := []string{now.side("applicant").ID, now.side("respondent").ID}
	return m.do(ctx, now, "session", object{"attended": attended, "open": true, "notes": "Both sides were heard."})
}

// agree records an agreement: most by word of mouth, some in writing, some to be performed later.
func (m *mediator) agree(ctx context.Context, v caseView) (*caseView, error) {
	body := object{"oral": true, "facts": "As reported.", "terms": "The street is cleared by both sides together."}
	switch hashOf(v.ID, "agreement") % 10 {
	case 0, 1:
		body["oral"] = false
	case 2:
		body["performBy"] = time.Now().AddDate(0, 0, 3).UTC().Truncate(24 * time.Hour)
	}
	return m.do(ctx, v, "agree", body)
}

// sign lets the parties and the mediator sign; the committee's seal is staff's.
func (m *mediator) sign(ctx context.Context, v caseView) (*caseView, error) {
	for _, p := range v.Parties {
		if v.signed("party", p.ID) {
			continue
		}
		err := m.speak(ctx, m.s, v, p.ID, "sign", object{"manner": "click"})
		m.tally.count("sign", err)
		if err != nil && !refusedAs(err, http.StatusConflict) {
			return nil, err
		}
	}
	if v.signed("mediator", "") {
		return nil, nil
	}
	now, err := m.s.look(ctx, v.ID)
	if err != nil || now.State != "agreed" {
		return nil, err
	}
	return m.do(ctx, now, "sign", object{"role": "mediator", "manner": "signature"})
}

// speak lets a party give a command; where its link is not known any more, who handles the case renews it.
func (o *Office) speak(ctx context.Context, s *Session, v caseView, party, name string, body object) error {
	err := o.parties.command(ctx, v.ID, party, name, body)
	if !errors.Is(err, errNoLink) {
		return err
	}
	now, err := s.look(ctx, v.ID)
	if err != nil {
		return err
	}
	renewed, err := s.command(ctx, v.ID, now.Revision, "renew-link", object{"party": party})
	if o.tally.count("renew-link", err); err != nil {
		return err
	}
	o.parties.give(v.ID, party, renewed.Link)
	return o.parties.command(ctx, v.ID, party, name, body)
}

// word lets the applicant say whether they are satisfied. A few are not the first time, and the case is opened again.
func (o *Office) word(ctx context.Context, v *caseView, s *Session) error {
	p := v.side("applicant")
	if p == nil || p.Satisfied != nil {
		return nil
	}
	content := v.Repeats > 0 || hashOf(v.ID, "word")%40 != 0
	err := o.speak(ctx, s, *v, p.ID, "rate", object{"satisfied": content, "stars": 5})
	if refusedAs(err, http.StatusConflict) {
		err = nil // spoken or settled meanwhile
	}
	o.tally.count("rate", err)
	return err
}

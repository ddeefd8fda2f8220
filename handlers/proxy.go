package handlers

import (
	"time"

	"fengqiao/mediation"
)

// proxyView is a party's consent that somebody acts for them.
type proxyView struct {
	Helper   personRef `json:"helper"`
	Title    string    `json:"title,omitzero"` // what the county calls such a helper
	Since    time.Time `json:"since"`
	Given    time.Time `json:"given"`
	Manner   string    `json:"manner"`
	Evidence string    `json:"evidence,omitzero"` // the photo that shows it
	Revoked  time.Time `json:"revoked,omitzero"`
	// Left: the helper has handed over what they had in hand, which ended it. Next has taken over and waits for the resident's consent.
	Left bool       `json:"left,omitzero"`
	Next *personRef `json:"next,omitzero"`
}

// errandView is something that a helper did for a party: for both of them, and for who handles the case.
type errandView struct {
	ID     string    `json:"id"`
	Party  string    `json:"party"`
	Helper personRef `json:"helper"` // without an id: nobody's, until the resident has somebody act for them again
	At     time.Time `json:"at"`
	What   string    `json:"what"`
	Done   time.Time `json:"done,omitzero"`
	Result string    `json:"result,omitzero"`
	// Due is by when the policy wants a result; Overdue that there was none by then.
	Due     time.Time `json:"due,omitzero"`
	Overdue bool      `json:"overdue,omitzero"`
	Clock   *dueView  `json:"clock"` // why it is due then; null where nothing is, any more
}

// proxyPeople are the helpers whom a case speaks of.
func proxyPeople(k *mediation.Case) []string {
	var ids []string
	for i := range k.Parties {
		if p := k.Parties[i].Proxy; p != nil {
			ids = append(ids, p.Helper, p.Next)
		}
	}
	for _, e := range k.Errands {
		ids = append(ids, e.Helper)
	}
	return ids
}

func (l labels) proxy(p *mediation.Proxy, names map[string]string) *proxyView {
	if p == nil {
		return nil
	}
	v := &proxyView{Helper: personRef{p.Helper, names[p.Helper]}, Title: l.text(l.pol.Proxies.Name), Since: p.Since, Given: p.Given, Manner: p.Manner, Evidence: p.Evidence, Revoked: p.Revoked, Left: p.Left != ""}
	if p.Next != "" {
		v.Next = &personRef{p.Next, names[p.Next]}
	}
	return v
}

// errands opens the errands that the reader may see.
func (a *API) errands(c *Call, x *explainer, k *mediation.Case, names map[string]string, sees func(*mediation.Errand) bool) ([]errandView, error) {
	var list []errandView
	for i := range k.Errands {
		e := &k.Errands[i]
		if !sees(e) {
			continue
		}
		v := errandView{ID: e.ID, Party: e.Party, Helper: personRef{e.Helper, names[e.Helper]}, At: e.At, Done: e.Done, Due: e.Clock.Due, Overdue: !e.Clock.Breached.IsZero(),
			Clock: x.clock(k.ErrandTerm(e, x.rules))}
		var err error
		if v.What, err = a.Cases.Open(c.Context, e.What); err != nil {
			return nil, err
		}
		if v.Result, err = a.Cases.Open(c.Context, e.Result); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// errands are those of the case that the caller handles, or runs.
func (v *caseViewer) errands() []errandView {
	list, err := v.a.errands(v.c, &v.explainer, v.k, v.names, func(e *mediation.Errand) bool {
		return v.sees[mediation.PartWords] || v.k.ActsFor(v.c.Actor.ID, e.Party)
	})
	if err != nil {
		v.err = err
	}
	return list
}

// onBehalfBody is a resident's consent as it is entered.
type onBehalfBody struct {
	Manner   string    `json:"manner" max:"20"`
	Given    time.Time `json:"given"`
	Evidence string    `json:"evidence" max:"64"`
}

func (b onBehalfBody) input() mediation.ProxyInput {
	return mediation.ProxyInput{Manner: b.Manner, Given: stored(b.Given), Evidence: b.Evidence}
}

// The bodies of commands about acting for somebody.
type (
	entrustBody struct {
		Party  string `json:"party" max:"64"`
		Helper string `json:"helper" max:"64"`
		onBehalfBody
	}
	errandBody struct {
		Party string `json:"party" max:"64"`
		What  string `json:"what"`
	}
	errandDoneBody struct {
		Errand string `json:"errand" max:"64"`
		Result string `json:"result"`
	}
)

func (b entrustBody) command() (mediation.Command, error) {
	return mediation.Entrust{Party: b.Party, Helper: b.Helper, ProxyInput: b.input()}, nil
}

func (b behalfBody) revoke() (mediation.Command, error) {
	behalf, err := b.behalf()
	return mediation.RevokeProxy{Behalf: behalf}, err
}

func (b errandBody) command() (mediation.Command, error) {
	return mediation.RunErrand{Party: b.Party, What: b.What}, nil
}

func (b errandDoneBody) command() (mediation.Command, error) {
	return mediation.FinishErrand{Errand: b.Errand, Result: b.Result}, nil
}

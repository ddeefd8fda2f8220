package handlers

import (
	"errors"
	"slices"
	"time"

	"fengqiao/mediation"
)

// partyCaseView is the case in plain words, as a party reads it: where it stands, who mediates, what was agreed, what they
// may do. Of the other parties it says no more than their side.
type partyCaseView struct {
	ID       string    `json:"id"`
	Revision int64     `json:"revision"`
	Title    string    `json:"title"`
	State    string    `json:"state"`
	Plain    string    `json:"plain"` // what the state means for the reader
	Category string    `json:"category"`
	Opened   time.Time `json:"opened"`
	Me       selfView  `json:"me"`
	Sides    []string  `json:"sides"` // of the other parties

	Mediators []panelMember  `json:"mediators"`
	Agreement *agreementView `json:"agreement"`
	// Former are agreements of earlier turns between the reader and others, which bind all the same.
	Former  []agreementView `json:"formerAgreements,omitzero"`
	Signed  bool            `json:"signed"` // I have signed the agreement
	Outcome *partyOutcome   `json:"outcome"`
	// Petition is the petitioner's.
	Petition *petitionView `json:"petition,omitzero"`
	Errands  []errandView  `json:"errands,omitzero"` // what was done for the reader
	Due      time.Time     `json:"due,omitzero"`
	Clock    *dueView      `json:"clock"` // why it is due then; null where nothing is
	Actions  []string      `json:"actions"`
	Link     string        `json:"link,omitzero"` // a new code that takes the old one's place, shown this once
	Rights   []string      `json:"rights"`        // what the mediation law grants (PML 17, 19, 20, 23)
}

// selfView is what the reader said themselves.
type selfView struct {
	ID               string       `json:"id"`
	Name             string       `json:"name"`
	Side             string       `json:"side"`
	RefusedMediation bool         `json:"refusedMediation"`
	Outsiders        *consentView `json:"outsiders"`
	Satisfied        *wordView    `json:"satisfied"`
	Proxy            *proxyView   `json:"proxy,omitzero"` // who acts for the reader
}

type panelMember struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Lead     bool   `json:"lead"`
	Outsider bool   `json:"outsider"` // joins only if every party consents
	Refused  bool   `json:"refused"`  // by the reader
}

type partyOutcome struct {
	Text   string      `json:"text"`
	Routes []routeView `json:"routes"`
}

// rights are told to every party in plain words.
var rights = [][2]string{
	{"调解不收取任何费用。（人民调解法第四条）", "Mediation is free of charge. (People's Mediation Law, art. 4)"},
	{"您可以接受、拒绝或者随时要求终止调解。（第十七条、第二十三条）", "You may accept or refuse mediation, or ask for its end at any time. (Arts. 17, 23)"},
	{"您可以选择或者要求更换调解员。（第十九条、第二十三条）", "You may choose a mediator or ask for another. (Arts. 19, 23)"},
	{"邀请您的亲友、邻里或者专家参与，须经您同意。（第二十条）", "Relatives, neighbours or experts join only with your consent. (Art. 20)"},
	{"调解不成，您可以依法通过仲裁、行政、司法等途径维护权利。（第二十六条）", "If mediation fails, arbitration, administrative and court routes are open to you. (Art. 26)"},
}

// partyCase shows the one case that the caller's link opens.
func (a *API) partyCase(c *Call) (Reply, error) {
	k, err := a.Cases.Case(c.Context, c.Actor, ownCase(c))
	if err != nil {
		return Reply{}, err
	}
	return a.showPartyCase(c, &mediation.Done{Case: k})
}

func (a *API) againPartyCase(c *Call, ref string) (Reply, error) {
	k, err := a.Cases.Cases.Load(c.Context, ref)
	if err != nil {
		return Reply{}, err
	}
	return a.showPartyCase(c, &mediation.Done{Case: k})
}

func (a *API) showPartyCase(c *Call, done *mediation.Done) (Reply, error) {
	k := &done.Case
	me := k.Party(c.Actor.ID)
	if c.Actor.Role != mediation.PartyRole || me == nil {
		return Reply{}, mediation.ErrNotFound
	}
	x, err := a.explainer(c, k.Policy)
	if err != nil {
		return Reply{}, err
	}
	commands, err := a.Cases.ActionsOf(c.Context, c.Actor, k)
	if err != nil {
		return Reply{}, err
	}
	info, l := k.State.Info(), x.labels
	v := partyCaseView{ID: k.ID, Revision: k.Revision, Title: l.title(k.Number), State: string(k.State), Plain: choose(l.zh, info.PlainZh, info.PlainEn),
		Category: l.category(k.Category), Opened: k.Opened, Due: k.StateClock.Due, Clock: x.clock(k.StateTerm(x.rules)), Actions: segments(commands), Link: done.Link, Sides: []string{},
		Mediators: []panelMember{}}
	for _, r := range rights {
		v.Rights = append(v.Rights, choose(l.zh, r[0], r[1]))
	}
	for i := range k.Parties {
		if k.Parties[i].ID != me.ID {
			v.Sides = append(v.Sides, string(k.Parties[i].Side))
		}
	}
	if o := k.Outcome; o != nil {
		v.Outcome = &partyOutcome{Text: v.Plain, Routes: l.outcome(o).Routes}
	}
	if err := a.fillPartyCase(c, &x, k, me, &v); err != nil {
		return Reply{}, err
	}
	return Reply{View: v, Revision: k.Revision, Ref: k.ID}, nil
}

// fillPartyCase adds what has to be read or unsealed.
func (a *API) fillPartyCase(c *Call, x *explainer, k *mediation.Case, me *mediation.Party, v *partyCaseView) error {
	name, err := a.Cases.Open(c.Context, me.Name)
	if err != nil {
		return err
	}
	v.Me = selfView{ID: me.ID, Name: name, Side: string(me.Side), RefusedMediation: !me.RefusedMediation.IsZero()}
	if me.Outsiders != nil {
		v.Me.Outsiders = &consentView{me.Outsiders.At, me.Outsiders.Given}
	}
	if w := me.Satisfied; w != nil {
		v.Me.Satisfied = &wordView{At: w.At, Yes: w.Yes, Stars: w.Stars}
	}
	names, err := a.named(c, proxyPeople(k))
	if err != nil {
		return err
	}
	l := x.labels
	v.Me.Proxy = l.proxy(me.Proxy, names)
	if v.Errands, err = a.errands(c, x, k, names, func(e *mediation.Errand) bool { return e.Party == me.ID }); err != nil {
		return err
	}
	for _, s := range k.Panel.Seats {
		if s.Mediator == "" {
			continue
		}
		m, err := a.Mediators.Load(c.Context, s.Mediator)
		if err != nil && !errors.Is(err, mediation.ErrNotFound) {
			return err
		}
		v.Mediators = append(v.Mediators, panelMember{ID: s.Mediator, Name: m.Name, Kind: l.mediatorKind(s.Kind), Lead: s.Lead,
			Outsider: s.Outsider, Refused: slices.Contains(me.RefusedMediators, s.Mediator)})
	}
	if v.Petition, err = a.partyPetition(c, l, k, me); err != nil {
		return err
	}
	for i := range k.Former {
		if slices.Contains(k.Former[i].Signers, me.ID) {
			former, err := a.partyAgreement(c, &k.Former[i], me)
			if err != nil {
				return err
			}
			former.Confirmation = x.confirmation(k, &k.Former[i], false, me.ID)
			v.Former = append(v.Former, *former)
		}
	}
	if k.Agreement == nil {
		return nil
	}
	if v.Agreement, err = a.partyAgreement(c, k.Agreement, me); err == nil {
		v.Signed = len(v.Agreement.Signed) > 0
		v.Agreement.Confirmation = x.confirmation(k, k.Agreement, false, me.ID)
	}
	return err
}

// partyAgreement is an agreement with the reader's own signature, and nobody else's.
func (a *API) partyAgreement(c *Call, g *mediation.Agreement, me *mediation.Party) (*agreementView, error) {
	out := &agreementView{ID: g.ID, Oral: g.Oral, Reached: g.Reached, PerformBy: g.PerformBy, Effective: g.Effective, Signed: []signatureView{}}
	for _, x := range []struct {
		to   *string
		from mediation.Sealed
	}{{&out.Facts, g.Facts}, {&out.Terms, g.Terms}, {&out.Place, g.Place}} {
		text, err := a.Cases.Open(c.Context, x.from)
		if err != nil {
			return nil, err
		}
		*x.to = text
	}
	for _, s := range signaturesOf(g) {
		if s.Role == string(mediation.SignsAsParty) && s.Who == me.ID {
			out.Signed = append(out.Signed, s)
		}
	}
	return out, nil
}

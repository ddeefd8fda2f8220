package handlers

import (
	"errors"
	"math"
	"strings"

	"fengqiao/grid"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// caseViewer makes the view of one case for one caller.
type caseViewer struct {
	explainer
	a      *API
	c      *Call
	k      *mediation.Case
	crs    grid.CRS
	sees   mediation.PartsFor
	reveal bool // contact data in full
	err    error
}

// viewCase shows a case to the caller, by what the permission table gives them of it.
func (a *API) viewCase(c *Call, k *mediation.Case) (caseView, error) {
	x, err := a.explainer(c, k.Policy)
	if err != nil {
		return caseView{}, err
	}
	v := &caseViewer{explainer: x, a: a, c: c, k: k, sees: mediation.Sees(c.Actor, k)}
	if v.crs, err = c.queryCRS(); err != nil {
		return caseView{}, err
	}
	if v.reveal, err = v.mayReveal(); err != nil {
		return caseView{}, err
	}
	if v.names, err = v.people(); err != nil {
		return caseView{}, err
	}
	view := v.build()
	if v.err != nil {
		return caseView{}, v.err
	}
	commands, err := a.Cases.ActionsOf(c.Context, c.Actor, k)
	if err != nil {
		return caseView{}, err
	}
	view.Actions = segments(commands)
	return view, nil
}

// mayReveal tells whether contact data are asked for in full, and notes that they were seen before they are.
func (v *caseViewer) mayReveal() (bool, error) {
	switch text := v.c.QueryText("reveal"); text {
	case "":
		return false, nil
	case "contact":
	default:
		return false, invalid("unknown_value", "reveal", "value", printable(text))
	}
	if !v.sees[mediation.PartContact] {
		return false, refuse(403, "forbidden", "reveal")
	}
	return true, v.a.looked(v.c, mediation.Look{Case: v.k.ID, What: "contact"})
}

// looked notes that the caller saw something that Service.Case does not stand for, before they do.
func (a *API) looked(c *Call, l mediation.Look) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	l.ID, l.Actor, l.Role, l.At = id.String(), c.Actor.ID, c.Actor.Role, mediation.Instant(a.Cases.Now())
	return a.Cases.Looks.Record(c.Context, l)
}

// people fetches the names of the users whom the view speaks of.
func (v *caseViewer) people() (map[string]string, error) {
	ids := proxyPeople(v.k)
	if !v.sees[mediation.PartReporters] && !v.sees[mediation.PartMeetings] {
		return v.a.named(v.c, ids)
	}
	ids = append(ids, v.k.Reporters...)
	for _, s := range v.k.Sessions {
		ids = append(ids, s.By)
	}
	for _, f := range v.k.FollowUps {
		ids = append(ids, f.By)
	}
	for _, k := range v.k.Calls {
		ids = append(ids, k.By)
	}
	for _, m := range v.k.Loop {
		ids = append(ids, m.By)
	}
	for _, s := range v.k.Stages {
		ids = append(ids, s.By)
	}
	for _, s := range v.k.Sent {
		ids = append(ids, s.User)
	}
	return v.a.named(v.c, append(append(ids, jointPeople(v.k.Joint)...), chargePeople(v.k.Charge)...))
}

// named returns the display names of users.
func (a *API) named(c *Call, ids []string) (map[string]string, error) {
	if len(ids) == 0 || a.Names == nil {
		return nil, nil
	}
	return a.Names.Named(c.Context, ids)
}

func (v *caseViewer) person(id string) personRef { return personRef{ID: id, Name: v.names[id]} }

// mediator is a mediator by name: parties and staff must know who it is. Who has been struck off the list keeps their id.
func (v *caseViewer) mediator(id string) *personRef {
	if id == "" {
		return nil
	}
	m, err := v.a.Mediators.Load(v.c.Context, id)
	if err != nil && !errors.Is(err, mediation.ErrNotFound) {
		v.err = err
	}
	return &personRef{ID: id, Name: m.Name}
}

// words opens a sealed text that belongs to a part, if the caller sees that; the first failure is kept.
func (v *caseViewer) words(part mediation.Part, s mediation.Sealed) string {
	if !v.sees[part] || v.err != nil {
		return ""
	}
	text, err := v.a.Cases.Open(v.c.Context, s)
	v.err = err
	return text
}

func (v *caseViewer) build() caseView {
	k := v.k
	sum := k.Summarise()
	out := caseView{ID: k.ID, Revision: k.Revision, caseHead: v.summary(&sum).caseHead, PlanVersion: k.PlanVersion, Policy: k.Policy,
		Over: k.State.Over(), Text: v.words(mediation.PartWords, k.Words), Tier: v.tier(k.Tier), Wave: k.Wave, Performed: k.Performed,
		JoinedTo: k.JoinedTo, Joined: k.Joined, Outcome: v.outcome(), Agreement: v.agreement(v.k.Agreement), Former: v.former(), Panel: []seatView{},
		Parties: []partyView{}, ReportIDs: k.Reports, Outside: outside(v.c.Actor, k), Loop: v.loop(), Passes: viewPasses(k), Calls: v.calls(), Clocks: v.clocks()}
	if out.ReportIDs == nil {
		out.ReportIDs = []string{}
	}
	out.Answer = v.answer()
	out.Heard = heardOf(v.k)
	if h := k.Hold; h != nil {
		out.Hold = &holdView{h.At, h.Reason}
	}
	if centre, ok := v.plan.Centre(k.Cell); ok && k.Cell != "" {
		out.Centre = pointIn(v.crs, centre)
	}
	pt, err := v.a.Cases.PointOf(v.c.Context, v.c.Actor, k)
	if err != nil {
		v.err = err
	} else if pt != nil {
		out.Point = pointIn(v.crs, *pt)
	}
	for i := range k.Parties {
		out.Parties = append(out.Parties, v.party(&k.Parties[i]))
	}
	for i, s := range k.Panel.Seats {
		out.Panel = append(out.Panel, seatView{Index: i, Kinds: s.Kinds, Lead: s.Lead, Required: s.Required, Outsider: s.Outsider,
			Mediator: v.mediator(s.Mediator), Kind: s.Kind, Since: s.Since})
	}
	out.Petition = v.petition()
	v.record(&out)
	out.Joint, out.Charge, out.Errands = v.joint(), v.charge(), v.errands()
	return out
}

// record adds who reported, who was asked and what happened at the meetings.
func (v *caseViewer) record(out *caseView) {
	k := v.k
	for i := range k.Offers {
		if o := &k.Offers[i]; v.sees[mediation.PartOffers] || v.c.Actor.Mediator != "" && o.Mediator == v.c.Actor.Mediator {
			out.Offers = append(out.Offers, v.offer(o))
		}
	}
	if v.sees[mediation.PartReporters] {
		for _, id := range k.Reporters {
			out.Reporters = append(out.Reporters, v.person(id))
		}
		for _, s := range k.Suggested {
			out.Suggested = append(out.Suggested, suggestionView{s.Case, s.Reasons})
		}
	}
	if !v.sees[mediation.PartMeetings] {
		return
	}
	out.Sent = v.sent()
	for _, s := range k.Sessions {
		attended := s.Attended
		if attended == nil {
			attended = []string{}
		}
		out.Sessions = append(out.Sessions, sessionView{ID: s.ID, At: s.At, By: v.person(s.By), Place: v.place(s.Place),
			Attended: attended, Open: s.Open, Notes: v.words(mediation.PartWords, s.Notes)})
	}
	for _, f := range k.FollowUps {
		out.FollowUps = append(out.FollowUps, followUpView{f.At, v.person(f.By), f.Kept, f.Resolved, v.words(mediation.PartWords, f.Notes)})
	}
}

func (v *caseViewer) party(p *mediation.Party) partyView {
	out := partyView{ID: p.ID, Kind: p.Kind, Side: p.Side, Since: p.Since}
	if v.sees[mediation.PartParties] || v.k.ActsFor(v.c.Actor.ID, p.ID) || v.k.Awaits(v.c.Actor.ID, p.ID) {
		out.Proxy = v.proxy(p.Proxy, v.names)
	}
	if !v.sees[mediation.PartParties] {
		return out
	}
	open := func(s mediation.Sealed) string { return v.words(mediation.PartParties, s) }
	out.Name, out.Address, out.Phone, out.IDNumber = open(p.Name), open(p.Address), open(p.Phone), open(p.IDNumber)
	if !v.reveal {
		out.Phone, out.IDNumber = maskPhone(out.Phone), maskID(out.IDNumber)
	}
	if units := open(p.UnitNames); units != "" {
		out.Units = strings.Split(units, "\n")
	}
	out.Account, out.Kin, out.RefusedMediation, out.RefusedMediators = p.Account, p.Kin, p.RefusedMediation, p.RefusedMediators
	if p.Outsiders != nil {
		out.Outsiders = &consentView{p.Outsiders.At, p.Outsiders.Given}
	}
	if w := p.Satisfied; w != nil {
		out.Satisfied = &wordView{w.At, w.Yes, w.Stars, v.words(mediation.PartWords, w.Remark)}
	}
	return out
}

func (v *caseViewer) offer(o *mediation.Offer) offerView {
	return v.labels.offer(o, *v.mediator(o.Mediator), v.clock(v.k.OfferTerm(o, v.rules)))
}

// offer shows an offer; why is why it must be answered by then.
func (l labels) offer(o *mediation.Offer, who personRef, why *dueView) offerView {
	return offerView{ID: o.ID, Mediator: who, Seat: o.Seat, Tier: o.Tier, Wave: o.Wave, Score: score(o.Score), Metres: metres(o.Metres),
		Reasons: l.reasons(o.Reasons), State: string(o.State), Sent: o.Sent, Deadline: o.Deadline, Answered: o.Answered,
		Reason: o.Reason, ByHand: o.ByHand, Clock: why}
}

// metres is a distance on the wire, whole, since no phone's fix is better: null where it is unknown.
func metres(m float64) *float64 {
	if m < 0 {
		return nil
	}
	m = math.Round(m)
	return &m
}

// score is a candidate's score on the wire: three places tell apart what reasons tell apart.
func score(s float64) float64 { return math.Round(s*1000) / 1000 }

// former are the agreements of earlier turns that took effect.
func (v *caseViewer) former() []agreementView {
	var list []agreementView
	for i := range v.k.Former {
		list = append(list, *v.agreement(&v.k.Former[i]))
	}
	return list
}

func (v *caseViewer) agreement(a *mediation.Agreement) *agreementView {
	if a == nil {
		return nil
	}
	out := &agreementView{ID: a.ID, Oral: a.Oral, Reached: a.Reached, Facts: v.words(mediation.PartTerms, a.Facts), Terms: v.words(mediation.PartTerms, a.Terms),
		Place: v.words(mediation.PartTerms, a.Place), PerformBy: a.PerformBy, Effective: a.Effective, Signed: []signatureView{}}
	if v.sees[mediation.PartMeetings] {
		out.Signed = signaturesOf(a)
	}
	out.Confirmation = v.confirmation(v.k, a, v.sees[mediation.PartMeetings], "")
	return out
}

func signaturesOf(a *mediation.Agreement) []signatureView {
	out := make([]signatureView, len(a.Signed))
	for i, s := range a.Signed {
		out[i] = signatureView{At: s.At, Role: string(s.Role), Who: s.Who, Manner: s.Manner, Witness: s.Witness}
	}
	return out
}

func (v *caseViewer) outcome() *outcomeView {
	o := v.k.Outcome
	if o == nil {
		return nil
	}
	out := v.labels.outcome(o)
	out.Remark = v.words(mediation.PartWords, o.Words)
	return out
}

// outcome is an end without an agreement, without the words that only those who handle the case read.
func (l labels) outcome(o *mediation.Outcome) *outcomeView {
	out := &outcomeView{At: o.At, Reason: o.Reason, Unit: o.Unit, Routes: []routeView{}}
	if o.Route != "" {
		route := l.route(o.Route)
		out.Route = &route
	}
	for _, key := range o.Routes {
		out.Routes = append(out.Routes, l.route(key))
	}
	return out
}

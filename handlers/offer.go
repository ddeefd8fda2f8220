package handlers

import "fengqiao/mediation"

// openOffer is one offer as its mediator sees it before accepting: enough to decide, nothing personal.
type openOffer struct {
	Offer    offerView   `json:"offer"`
	Case     summaryView `json:"case"`
	TierText string      `json:"tierText"`
}

type offerList struct {
	Items []openOffer `json:"items"`
}

// offers lists what the caller may accept now, the most urgent first.
func (a *API) offers(c *Call) (Reply, error) {
	mine, err := a.Cases.Offers(c.Context, c.Actor)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	me, err := a.Cases.Me(c.Context, c.Actor)
	if err != nil {
		return Reply{}, err
	}
	views := make([]openOffer, len(mine))
	for i := range mine {
		o := &mine[i]
		why, err := a.oneClock(c, o.Case.Policy, o.Term)
		if err != nil {
			return Reply{}, err
		}
		views[i] = openOffer{Offer: l.offer(&o.Offer, personRef{me.ID, me.Name}, why), Case: l.summary(&o.Case), TierText: l.tier(o.Offer.Tier).Text}
	}
	return Reply{View: offerList{views}}, nil
}

func (l labels) mediatorRef(m *mediation.Mediator) mediatorRef {
	return mediatorRef{ID: m.ID, Name: m.Name, Kind: m.Kind, KindText: l.mediatorKind(m.Kind), Tier: m.Tier, Area: m.Area}
}

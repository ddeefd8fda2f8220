package handlers

import (
	"errors"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// reportView is a report as its reporter and those who handle it see it; everybody else sees it without words and spot.
type reportView struct {
	ID             string               `json:"id"`
	ClientID       string               `json:"clientId"`
	Revision       int64                `json:"revision"`
	Status         string               `json:"status"` // pending, case, withdrawn
	Channel        string               `json:"channel"`
	Text           string               `json:"text,omitzero"`
	Address        string               `json:"address,omitzero"`
	Point          *wirePoint           `json:"point,omitzero"`
	AccuracyMetres float64              `json:"accuracyMetres"`
	Basis          mediation.PlaceBasis `json:"basis"`
	Category       string               `json:"category"`
	CategoryText   string               `json:"categoryText"`
	Severity       int                  `json:"severity"`
	Emergency      bool                 `json:"emergency"`
	Photos         []string             `json:"photos"`
	PhoneTime      time.Time            `json:"phoneTime,omitzero"`
	CameOn         time.Time            `json:"cameOn,omitzero"`
	Received       time.Time            `json:"received"`
	Home           grid.Code            `json:"home"`
	Place          *placeView           `json:"place"` // null while unplaced
	// BorderMetres is how far outside its cell a snapped point lies.
	BorderMetres float64          `json:"borderMetres"`
	PlanVersion  string           `json:"planVersion"`
	Suggested    *placeView       `json:"suggested,omitzero"`
	Contested    []*placeView     `json:"contested,omitzero"` // the other cells that the plan gives the point to
	Marks        []mediation.Mark `json:"marks"`
	Parties      []partyView      `json:"parties"`
	Supplements  []supplementView `json:"supplements"`
	Withdrawn    time.Time        `json:"withdrawn,omitzero"`
	Case         *caseRef         `json:"case"` // null while pending
	// For is the party for whom it was filed; ResidentLink the code of their link, shown this once.
	For          string `json:"for,omitzero"`
	Suggestion   string `json:"suggestion,omitzero"` // that became this report
	ResidentLink string `json:"residentLink,omitzero"`
}

type supplementView struct {
	At     time.Time `json:"at"`
	By     string    `json:"by,omitzero"` // only for who may know who reported
	Text   string    `json:"text,omitzero"`
	Photos []string  `json:"photos"`
}

// caseRef is the case that a report became or joined.
type caseRef struct {
	ID        string `json:"id"`
	Number    string `json:"number,omitzero"`
	Title     string `json:"title,omitzero"`
	State     string `json:"state,omitzero"`
	StateText string `json:"stateText,omitzero"`
	Revision  int64  `json:"revision,omitzero"`
}

// caseOf loads a report's case; nil if it has none, or none that the caller sees.
func (a *API) caseOf(c *Call, rep *mediation.Report) (*mediation.Case, error) {
	if rep.Case == "" {
		return nil, nil
	}
	k, err := a.Cases.Cases.Load(c.Context, rep.Case)
	if errors.Is(err, mediation.ErrNotFound) {
		return nil, nil
	}
	return &k, err
}

// showReport shows one report, with its words and spot to whoever may read them. Reading what somebody else wrote is noted.
func (a *API) showReport(c *Call, rep *mediation.Report, k *mediation.Case) (Reply, error) {
	view, err := a.viewReport(c, rep, k)
	if err != nil {
		return Reply{}, err
	}
	if !mediation.SeesOfReport(c.Actor, mediation.PartPhotos, rep) {
		view.hidePhotos()
	}
	if mediation.SeesOfReport(c.Actor, mediation.PartWords, rep) {
		if rep.Reporter != c.Actor.ID {
			if err := a.looked(c, mediation.Look{Case: rep.Case, Report: rep.ID, What: "report"}); err != nil {
				return Reply{}, err
			}
		}
		if err := a.openReport(c, rep, &view); err != nil {
			return Reply{}, err
		}
	}
	return Reply{View: view, Revision: rep.Version, Ref: rep.ID}, nil
}

// viewReport is what of a report is not sealed. openReport adds the rest.
func (a *API) viewReport(c *Call, rep *mediation.Report, k *mediation.Case) (reportView, error) {
	l, err := a.labels(c, "")
	if err != nil {
		return reportView{}, err
	}
	v := reportView{For: rep.For, Suggestion: rep.Suggestion, ID: rep.ID, ClientID: rep.ClientID, Revision: rep.Version, Status: statusOf(rep), Channel: rep.Channel,
		AccuracyMetres: rep.AccuracyM, Basis: rep.Basis, Category: rep.Category, CategoryText: l.category(rep.Category),
		Severity: rep.Severity, Emergency: rep.Emergency, Photos: list(rep.Photos), PhoneTime: rep.PhoneTime, CameOn: rep.CameOn, Received: rep.Received,
		Home: rep.Home, Place: l.place(rep.Cell), BorderMetres: rep.CellMetres, PlanVersion: rep.PlanVersion,
		Suggested: l.place(rep.Suggested), Marks: list(rep.Marks), Parties: []partyView{}, Supplements: []supplementView{},
		Withdrawn: rep.Withdrawn, Case: l.caseRef(c.Actor, rep, k)}
	for _, code := range rep.Contested {
		v.Contested = append(v.Contested, l.place(code))
	}
	for _, p := range rep.Parties {
		v.Parties = append(v.Parties, partyView{ID: p.ID, Kind: p.Kind, Side: p.Side, Since: p.Since})
	}
	for _, s := range rep.Supplements {
		v.Supplements = append(v.Supplements, supplementView{At: s.At, By: s.By, Photos: list(s.Photos)})
	}
	return v, nil
}

// hidePhotos leaves out the ids of photos that the caller could not open.
func (v *reportView) hidePhotos() {
	v.Photos = []string{}
	for i := range v.Supplements {
		v.Supplements[i].Photos = []string{}
	}
}

// hideReporter leaves out who added to it.
func (v *reportView) hideReporter() {
	for i := range v.Supplements {
		v.Supplements[i].By = ""
	}
}

// list is a slice that is [] on the wire where there is nothing.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func statusOf(rep *mediation.Report) string {
	switch {
	case !rep.Withdrawn.IsZero():
		return "withdrawn"
	case rep.Case != "":
		return "case"
	}
	return "pending"
}

// openReport adds the words and the spot.
func (a *API) openReport(c *Call, rep *mediation.Report, v *reportView) error {
	crs, err := c.queryCRS()
	if err != nil {
		return err
	}
	pt, err := a.Cases.Open(c.Context, rep.Point)
	if err != nil {
		return err
	}
	if at, ok := spot(pt); ok {
		v.Point = pointIn(crs, at)
	}
	if v.Text, err = a.Cases.Open(c.Context, rep.Text); err != nil {
		return err
	}
	if v.Address, err = a.Cases.Open(c.Context, rep.Address); err != nil {
		return err
	}
	for i, s := range rep.Supplements {
		if v.Supplements[i].Text, err = a.Cases.Open(c.Context, s.Text); err != nil {
			return err
		}
	}
	return nil
}

// caseRef names a report's case to who sees it; the id alone to who does not.
func (l labels) caseRef(actor mediation.Actor, rep *mediation.Report, k *mediation.Case) *caseRef {
	switch {
	case k == nil && rep.Case == "":
		return nil
	case k == nil || !mediation.MayCase(actor, mediation.CaseRead, k):
		return &caseRef{ID: rep.Case}
	}
	return &caseRef{ID: k.ID, Number: k.Number.String(), Title: l.title(k.Number), State: string(k.State), StateText: l.state(k.State), Revision: k.Revision}
}

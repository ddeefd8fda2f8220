package handlers

import (
	"errors"
	"net/http"
	"strconv"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// policyView is what a phone or console needs of a policy: the words to choose from, and under rules the whole of it in the terms of its
// file. Whoever has an account reads it, as they do the YAML (?format=yaml), which has the author's comments besides; the parties of a case,
// desks and strangers do not. A policy names units and posts, never an account.
type policyView struct {
	ID         string         `json:"id"`
	County     string         `json:"county"`
	Label      string         `json:"label"`
	Name       string         `json:"name"`
	AppliesTo  string         `json:"appliesTo"` // new or open cases
	Channels   []channelView  `json:"channels"`
	Sources    []sourceView   `json:"sources"` // that the channels belong to
	Categories []categoryView `json:"categories"`
	Routes     []routeView    `json:"routes"`
	Tiers      []choice       `json:"tiers"`
	Kinds      []choice       `json:"kinds"`  // of mediators
	States     []stateView    `json:"states"` // of cases, in the order of a case's life
	Closing    []string       `json:"closing"`
	// SnapMetres and the next say how a phone's fix is judged.
	SnapMetres        float64   `json:"snapMetres"`
	MaxAccuracyMetres float64   `json:"maxAccuracyMetres"`
	Rules             rulesView `json:"rules"`
}

// channelView is a channel, and the roles that may register a matter by it; none: whoever may report.
type channelView struct {
	choice
	By []string `json:"by"`
}

// rulesView is an object of the policy file, written in the file's order.
type rulesView policy.Object

// MarshalJSONTo implements json.MarshalerTo.
func (v rulesView) MarshalJSONTo(e *jsontext.Encoder) error { return writeRule(e, policy.Object(v)) }

func writeRule(e *jsontext.Encoder, v any) error {
	switch x := v.(type) {
	case policy.Object:
		err := e.WriteToken(jsontext.BeginObject)
		for i := 0; err == nil && i < len(x); i++ {
			if err = e.WriteToken(jsontext.String(x[i].Key)); err == nil {
				err = writeRule(e, x[i].Value)
			}
		}
		return errors.Join(err, e.WriteToken(jsontext.EndObject))
	case []any:
		err := e.WriteToken(jsontext.BeginArray)
		for i := 0; err == nil && i < len(x); i++ {
			err = writeRule(e, x[i])
		}
		return errors.Join(err, e.WriteToken(jsontext.EndArray))
	}
	return json.MarshalEncode(e, v)
}

type choice struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

type sourceView struct {
	choice
	Channels []string `json:"channels"`
}

type categoryView struct {
	Key      string `json:"key"`
	Text     string `json:"text"`
	Mediable bool   `json:"mediable"`
	Route    string `json:"route,omitzero"`
}

type stateView struct {
	Key    string `json:"key"`
	Text   string `json:"text"`
	Over   bool   `json:"over"`
	Within string `json:"within,omitzero"` // its clock, as policies write it: 30m, 15d, 5wd
}

func (l labels) policyView() policyView {
	p := l.pol
	v := policyView{ID: p.ID, County: p.County, Label: p.Label, Name: l.text(p.Name), AppliesTo: appliesTo(p), Closing: list(p.Closing.Needs), SnapMetres: p.Intake.SnapMetres,
		MaxAccuracyMetres: p.Intake.MaxAccuracyMetres, Channels: []channelView{}, Sources: []sourceView{}, Categories: []categoryView{}, Routes: []routeView{}, Tiers: []choice{},
		Rules: rulesView(p.Show(mediation.PolicyVocabulary()))}
	for _, x := range p.Intake.Channels {
		v.Channels = append(v.Channels, channelView{choice{x.Key, l.text(x.Name)}, list(x.By)})
	}
	for _, x := range p.Intake.Sources {
		v.Sources = append(v.Sources, sourceView{choice{x.Key, l.text(x.Name)}, list(x.Channels)})
	}
	for _, x := range p.Intake.Categories {
		v.Categories = append(v.Categories, categoryView{x.Key, l.text(x.Name), x.Mediable, x.Route})
	}
	for _, x := range p.Intake.Routes {
		v.Routes = append(v.Routes, l.route(x.Key))
	}
	for _, x := range p.Tiers {
		v.Tiers = append(v.Tiers, choice{x.Key, l.text(x.Name)})
	}
	for _, k := range mediation.MediatorKinds {
		v.Kinds = append(v.Kinds, choice{k.Key, choose(l.zh, k.Zh, k.En)})
	}
	for _, s := range mediation.States {
		state := stateView{Key: string(s.State), Text: choose(l.zh, s.Zh, s.En), Over: s.Over}
		if limit, ok := p.Clocks.States[string(s.State)]; ok {
			state.Within = limit.Within.String()
		}
		v.States = append(v.States, state)
	}
	return v
}

func (a *API) currentPolicy(c *Call) (Reply, error) {
	id, revision, err := a.Policies.InForce(c.Context)
	if err != nil {
		return Reply{}, err
	}
	reply, err := a.showPolicy(c, id)
	if reply.Raw == nil {
		reply.Revision = revision
	}
	return reply, err
}

func (a *API) onePolicy(c *Call) (Reply, error) { return a.showPolicy(c, c.PathID("id")) }

func (a *API) showPolicy(c *Call, id string) (Reply, error) {
	l, err := a.labels(c, id)
	if err != nil {
		return Reply{}, err
	}
	switch format := c.QueryText("format"); format {
	case "", "json":
		return Reply{View: l.policyView()}, nil
	case "yaml":
		return Reply{Raw: &Raw{Type: "application/yaml", Body: l.pol.Source}}, nil
	default:
		return Reply{}, invalid("unknown_value", "format", "value", printable(format))
	}
}

// importPolicy checks a county's rules, stores them and puts them in force. Cases go on under the version they have, unless it says
// that it applies to open cases: then the server's own rounds move them over.
func (a *API) importPolicy(c *Call) (Reply, error) {
	pol, err := loadPolicy(c)
	if err != nil {
		return Reply{}, err
	}
	if err := confirmed(c, pol); err != nil {
		return Reply{}, err
	}
	if _, err = a.Policies.Import(c.Context, c.Revision, "policy.yaml", pol.Source); err != nil {
		return Reply{}, err
	}
	return a.currentPolicy(c)
}

// policyProblem tells every finding with its line and key.
func policyProblem(found policy.Findings, lang string) *Problem {
	p := refuse(http.StatusUnprocessableEntity, "policy.refused", "", "count", strconv.Itoa(len(found)))
	for _, f := range found {
		p.Errors = append(p.Errors, FieldError{Field: f.Key, Code: "policy.finding", Params: map[string]string{"line": strconv.Itoa(f.Line),
			"column": strconv.Itoa(f.Column), "text": f.Text(lang)}})
	}
	return p
}

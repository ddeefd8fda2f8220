package handlers

import (
	"net/http"
	"strconv"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/village"
)

// villageRoutes are the results of villages that were frozen (无信访村评定): their versions, objections to them and corrections.
func villageRoutes() []Route {
	const base, one = "/api/v1/villages", "/api/v1/villages/:id"
	const get, post = http.MethodGet, http.MethodPost
	change := func(path string, handle func(*API, *Call) (Reply, error)) Route {
		return Route{Method: post, Path: one + path, Action: mediation.VillageDecide, Sight: (*API).seesVillage, Create: true, Change: true, Cost: Write, Handle: handle, Again: (*API).againVillage}
	}
	return []Route{
		{Method: get, Path: base, Action: mediation.VillageRead, Query: []string{"open", "limit", "cursor"}, Handle: (*API).villageResults},
		{Method: get, Path: one, Action: mediation.VillageRead, Sight: (*API).seesVillage, Query: []string{"version"}, Handle: (*API).oneVillage},
		{Method: post, Path: one + "/objections", Action: mediation.VillageObject, Sight: (*API).seesVillage, Create: true, Cost: Write, Handle: (*API).objectVillage, Again: (*API).againVillage},
		change("/objections/:objection/decision", (*API).decideVillage),
		change("/corrections", (*API).correctVillage),
	}
}

// seesVillage tells whether the caller sees the result that the path names, and may do the route's action to it.
func (a *API) seesVillage(c *Call) error {
	return a.Villages.May(c.Context, c.Actor, c.PathID("id"), c.Route.Action)
}

// roundView is a period that was frozen, or will be.
type roundView struct {
	Period   spanView   `json:"period"`
	ID       string     `json:"id"` // of the card's version, "" before it is frozen
	Area     string     `json:"area"`
	FrozenAt *time.Time `json:"frozenAt"` // null: not yet
	FrozenBy *personRef `json:"frozenBy"` // null: by itself
}

func viewRound(r *village.Round, names map[string]string) roundView {
	v := roundView{Period: spanView{r.Period, r.From.UTC(), r.Until.UTC()}, ID: r.Card, Area: string(r.Ground)}
	if !r.At.IsZero() {
		at := r.At.UTC()
		v.FrozenAt = &at
	}
	if r.By != "" {
		v.FrozenBy = &personRef{ID: r.By, Name: names[r.By]}
	}
	return v
}

func (a *API) villageRounds(c *Call) (Reply, error) {
	if _, _, err := a.Scorecards.Card(c.Context, c.PathID("key")); err != nil {
		return Reply{}, err
	}
	rounds, err := a.Villages.Rounds.List(c.Context, c.PathID("key"), village.MaxRounds)
	if err != nil {
		return Reply{}, err
	}
	var ids []string
	for i := range rounds {
		if rounds[i].By != "" {
			ids = append(ids, rounds[i].By)
		}
	}
	names, err := a.named(c, ids)
	if err != nil {
		return Reply{}, err
	}
	views := []roundView{}
	for i := range rounds {
		if !rounds[i].Dropped {
			views = append(views, viewRound(&rounds[i], names))
		}
	}
	return Reply{View: NewPage(views, "")}, nil
}

// freezeVillages freezes a period that is over; the same period again is answered with what was kept.
func (a *API) freezeVillages(c *Call) (Reply, error) {
	var b struct {
		Period string `json:"period" max:"10"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	r, fresh, err := a.Villages.Freeze(c.Context, c.Actor, c.PathID("key"), b.Period)
	if err != nil {
		return Reply{}, err
	}
	names, err := a.named(c, []string{r.By})
	if err != nil {
		return Reply{}, err
	}
	if !fresh {
		c.Set("Idempotency-Replayed", "true")
	}
	return Reply{View: viewRound(&r, names), Status: http.StatusCreated, Location: "/api/v1/scorecards/" + r.Key + "/villages?period=" + r.Period}, nil
}

// villageResults lists results that the caller sees; open: those with an objection that waits for its decision.
func (a *API) villageResults(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	open, _, err := c.QueryBool("open")
	if err != nil {
		return Reply{}, err
	}
	results, next, err := a.Villages.List(c.Context, c.Actor, open, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	views := make([]resultHead, len(results))
	for i := range results {
		views[i] = l.resultHead(&results[i])
	}
	return Reply{View: NewPage(views, next)}, nil
}

// oneVillage shows a result by one of its versions, the newest by default. That words about a case were read is on record with the case.
func (a *API) oneVillage(c *Call) (Reply, error) {
	version, _, err := c.QueryNumber("version", 1, village.MaxVersions)
	if err != nil {
		return Reply{}, err
	}
	return a.showVillage(c, c.PathID("id"), version)
}

func (a *API) againVillage(c *Call, id string) (Reply, error) { return a.showVillage(c, id, 0) }

// afterVillage answers a change of a result with it as it stands now.
func (a *API) afterVillage(c *Call, r *village.Result, err error) (Reply, error) {
	if err != nil {
		return Reply{}, err
	}
	return a.showVillage(c, r.ID, 0)
}

// claimBody says of one case whether it ought to count.
type claimBody struct {
	Case   string `json:"case" max:"64"`
	Counts *bool  `json:"counts"`
	Text   string `json:"text"`
}

// claims reads what is said of cases.
func claims(c *Call) ([]village.Claim, error) {
	var b struct {
		Points []claimBody `json:"points"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return nil, err
	}
	all := make([]village.Claim, len(b.Points))
	for i, p := range b.Points {
		if p.Counts == nil {
			return nil, invalid("required", "points["+strconv.Itoa(i)+"].counts")
		}
		all[i] = village.Claim{Case: p.Case, Counts: *p.Counts, Text: p.Text}
	}
	return all, nil
}

func (a *API) objectVillage(c *Call) (Reply, error) {
	points, err := claims(c)
	if err != nil {
		return Reply{}, err
	}
	r, err := a.Villages.Object(c.Context, c.Actor, c.PathID("id"), c.Key, points)
	reply, err := a.afterVillage(c, &r, err)
	reply.Status = http.StatusCreated
	return reply, err
}

func (a *API) correctVillage(c *Call) (Reply, error) {
	points, err := claims(c)
	if err != nil {
		return Reply{}, err
	}
	r, err := a.Villages.Correct(c.Context, c.Actor, c.PathID("id"), c.Revision, c.Key, points)
	return a.afterVillage(c, &r, err)
}

func (a *API) decideVillage(c *Call) (Reply, error) {
	var b struct {
		Points []struct {
			Case   string `json:"case" max:"64"`
			Upheld *bool  `json:"upheld"`
			Reason string `json:"reason"`
		} `json:"points"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	verdicts := make([]village.Verdict, len(b.Points))
	for i, p := range b.Points {
		if p.Upheld == nil {
			return Reply{}, invalid("required", "points["+strconv.Itoa(i)+"].upheld")
		}
		verdicts[i] = village.Verdict{Case: p.Case, Upheld: *p.Upheld, Reason: p.Reason}
	}
	r, err := a.Villages.Decide(c.Context, c.Actor, c.PathID("id"), c.Revision, c.PathID("objection"), verdicts)
	return a.afterVillage(c, &r, err)
}

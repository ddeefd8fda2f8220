package handlers

import (
	"net/http"
	"slices"

	"fengqiao/mediation"
)

// seesCase tells whether the caller sees the case of the path's id and may do the route's action to it. It records no look:
// nothing of the case is shown.
func (a *API) seesCase(c *Call) error {
	found, err := a.Cases.Cases.Load(c.Context, c.PathID("id"))
	if err != nil {
		return err
	}
	if !mediation.MayCase(c.Actor, mediation.CaseRead, &found) {
		if err := mediation.Missed(c.Actor, c.Route.Action, &found); err != nil {
			return err
		}
		return mediation.ErrNotFound
	}
	return permitted(mediation.MayCase(c.Actor, c.Route.Action, &found))
}

// seesReport tells whether the caller sees the report of the path's id and may do the route's action to it.
func (a *API) seesReport(c *Call) error {
	r, err := a.Cases.ReportOf(c.Context, c.Actor, c.PathID("id"))
	if err != nil {
		return err
	}
	own := r.Reporter == c.Actor.ID && slices.Contains(mediation.Scopes(c.Route.Action, c.Actor.Role), mediation.OwnReport)
	return permitted(own || mediation.MayArea(c.Actor, c.Route.Action, r.Place()))
}

// seesUser tells whether the caller sees the user of the path's id and may do the route's action to them.
func (a *API) seesUser(c *Call) error {
	u, err := a.visibleUser(c)
	if err != nil {
		return err
	}
	return permitted(mediation.MayArea(c.Actor, c.Route.Action, u.Area))
}

// seesPhoto tells whether the caller sees the photo of the path's id.
func (a *API) seesPhoto(c *Call) error {
	_, _, err := a.visiblePhoto(c)
	return err
}

// holdsPlan tells whether the plan in force lies inside the caller's area: it and the policy hold for everybody in it, so that
// who administers a part may not replace them. Whose role lacks the action is refused for that, by permit.
func (a *API) holdsPlan(c *Call) error {
	if !mediation.May(c.Actor, c.Route.Action) || mediation.MayPlan(c.Actor, c.Route.Action, a.Atlas.Load()) {
		return nil
	}
	return beyondArea()
}

func beyondArea() error { return refuse(http.StatusForbidden, "beyond_area", "") }

func permitted(may bool) error {
	if !may {
		return refuse(http.StatusForbidden, "forbidden", "")
	}
	return nil
}

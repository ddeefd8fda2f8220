package handlers

import "fengqiao/mediation"

// seesCase tells whether the caller sees the case of the path's id. It records no look: nothing of the case is shown.
func (a *API) seesCase(c *Call) error {
	found, err := a.Cases.Cases.Load(c.Context, c.PathID("id"))
	if err != nil {
		return err
	}
	if !mediation.MayCase(c.Actor, mediation.CaseRead, &found) {
		return mediation.ErrNotFound
	}
	return nil
}

// seesReport tells whether the caller sees the report of the path's id.
func (a *API) seesReport(c *Call) error {
	_, err := a.Cases.ReportOf(c.Context, c.Actor, c.PathID("id"))
	return err
}

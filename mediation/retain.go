package mediation

import (
	"context"
	"time"

	"fengqiao/mediation/policy"
)

// What the rules of retention say (PIPL 19: no longer than is needed). They erase nothing by themselves: somebody looks at what is
// due and orders it.

// Expired tells whether a case has been kept for as long as it is to be: it ended so many days ago, and nothing holds it. One that was
// joined to another goes with that.
func (c *Case) Expired(r policy.Retention, now time.Time) bool {
	return r.CaseDays > 0 && c.State.Over() && c.State != Joined && c.Hold == nil && !c.Erased && (c.Petition == nil || c.Petition.State.Over()) && !c.Changed.AddDate(0, 0, r.CaseDays).After(now)
}

// ExpiredReport tells the same of a report that was withdrawn before it had a case.
func (e *Eraser) ExpiredReport(ctx context.Context, rep *Report, r policy.Retention, now time.Time) (bool, error) {
	if r.ReportDays == 0 || rep.Withdrawn.IsZero() || rep.Case != "" || rep.Withdrawn.AddDate(0, 0, r.ReportDays).After(now) {
		return false, nil
	}
	gone, err := e.Keys.Erased(ctx, rep.Key)
	return !gone, err
}

package mediation

import "context"

// ReportsOf pages the reports that a case holds, oldest first, and records that the actor looked. What of them this actor may
// not see is left out by the view that handlers make.
func (s *Service) ReportsOf(ctx context.Context, actor Actor, id, cursor string, limit int) (Case, []Report, string, error) {
	c, err := s.visible(ctx, actor, id)
	if err != nil {
		return Case{}, nil, "", err
	}
	if !MayCase(actor, CaseReports, &c) {
		return Case{}, nil, "", Refusal("reports", Forbidden, "forbidden", "")
	}
	if err := s.look(ctx, actor, id, "reports"); err != nil {
		return Case{}, nil, "", err
	}
	list, next, err := s.Reports.Many(ctx, c.Reports, cursor, limit)
	return c, list, next, err
}

// LooksAtReport lists who looked at one report, while it had no case too.
func (s *Service) LooksAtReport(ctx context.Context, actor Actor, id, cursor string, limit int) ([]Look, string, error) {
	rep, err := s.ReportOf(ctx, actor, id)
	if err != nil {
		return nil, "", err
	}
	if !mayReport(actor, TimelineRead, &rep) {
		return nil, "", Refusal("looks", Forbidden, "forbidden", "")
	}
	return s.Looks.OfReport(ctx, id, cursor, limit)
}

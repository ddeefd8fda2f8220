package mediation

import "context"

// LooksAtReport lists who looked at one report, while it had no case too.
func (s *Service) LooksAtReport(ctx context.Context, actor Actor, id, cursor string, limit int) ([]Look, string, error) {
	rep, err := s.ReportOf(ctx, actor, id)
	if err != nil {
		return nil, "", err
	}
	if !mayReport(actor, TimelineRead, &rep) {
		return nil, "", refuse("looks", Forbidden, "forbidden", "")
	}
	return s.Looks.OfReport(ctx, id, cursor, limit)
}

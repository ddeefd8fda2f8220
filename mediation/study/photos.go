package study

import (
	"context"
	"slices"

	"fengqiao/mediation"
)

// Shows tells whether a photo of a case is among the materials of an open study of it that the actor sits at, or
// concludes.
func (s *Service) Shows(ctx context.Context, actor mediation.Actor, caseID, photo string) (bool, error) {
	open := true
	list, _, err := s.Studies.List(ctx, Filter{Case: caseID, Open: &open}, "", 1)
	if err != nil || len(list) == 0 {
		return false, err
	}
	st := &list[0]
	if !st.sits(actor) && !mediation.MayArea(actor, mediation.StudyLead, st.Area) || !slices.Contains(st.photos(), photo) {
		return false, nil
	}
	hidden, err := s.Cases.Hides(ctx, caseID, actor)
	return !hidden, err
}

// photos are those of all materials.
func (s *Study) photos() (all []string) {
	for i := range s.Materials {
		all = append(all, s.Materials[i].Photos...)
	}
	return all
}

// Eraser gives away the photos that studies were shown, to be erased with their case; their words are under the case's key.
type Eraser struct{ Studies Studies }

var _ mediation.Leavings = (*Eraser)(nil)

// OfCase implements mediation.Leavings.
func (e *Eraser) OfCase(ctx context.Context, caseID string) (keys, photos []string, err error) {
	for cursor := ""; ; {
		list, next, err := e.Studies.List(ctx, Filter{Case: caseID}, cursor, 100)
		if err != nil {
			return nil, nil, err
		}
		for i := range list {
			photos = append(photos, list[i].photos()...)
		}
		if cursor = next; next == "" {
			return nil, photos, nil
		}
	}
}

package handover

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// File is an official's file (一人一档) as it stood at a moment: figures alone, nothing of a party and no words. What was counted later of the
// same cases does not change it: it says what they left.
type File struct {
	At time.Time // zero: they have none, being no official
	// Ground is whose cases are counted.
	Ground  grid.Code
	Figures []Figure
}

// Figure is one figure of a file.
type Figure struct {
	Key   string   // figures.All, figures.SlipTerms
	Value *float64 // nil: it has none
}

// Files are the officials' files.
type Files interface {
	// FileOf is somebody's file as it stands; the zero File of who is no official.
	FileOf(ctx context.Context, user string) (File, error)
}

// mostPast bounds the hand-overs that a file lists.
const mostPast = 200

// Past lists the hand-overs that somebody has given, and those that they have accepted, the newest first, as far as the caller may read of
// the leaver under the action a.
func (s *Service) Past(ctx context.Context, actor mediation.Actor, a mediation.Action, user string) (list []HandOver, err error) {
	for cursor := ""; len(list) < mostPast; {
		page, next, err := s.HandOvers.List(ctx, user, nil, cursor, 100)
		if err != nil {
			return nil, err
		}
		for i := range page {
			h := &page[i]
			received := h.Successor == user && (h.State == Accepted || h.State == Done)
			if (h.Leaver == user || received) && mediation.MayArea(actor, a, h.Area) {
				list = append(list, *h)
			}
		}
		if cursor = next; next == "" {
			break
		}
	}
	return list, nil
}

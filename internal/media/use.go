package media

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"fengqiao/mediation"
)

// Photo returns a ready photo's record; mediation.ErrNotFound.
func (s *Service) Photo(ctx context.Context, id string) (Photo, error) {
	p, err := s.records.Get(ctx, id)
	if err == nil && p.State != Ready {
		return Photo{}, mediation.ErrNotFound
	}
	return p, err
}

// Picture reads the stored copy. Its type is p.Kind, its length p.Bytes; serve it as nothing else. mediation.ErrErased if it is no more.
func (s *Service) Picture(ctx context.Context, p Photo) ([]byte, error) {
	return s.open(ctx, p.Key, p.BlobID)
}

// Thumb reads the thumbnail, a JPEG; mediation.ErrNotFound of a recording.
func (s *Service) Thumb(ctx context.Context, p Photo) ([]byte, error) {
	if p.ThumbID == "" {
		return nil, mediation.ErrNotFound
	}
	return s.open(ctx, p.Key, p.ThumbID)
}

// open reads a blob and opens it with the photo's key.
func (s *Service) open(ctx context.Context, key, id string) ([]byte, error) {
	box, err := s.read(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.sealer.Open(ctx, mediation.Sealed{Key: key, Box: box})
}

// Origin opens what the camera said of place and time; false if it said nothing. mediation.ErrErased if it is no more.
func (s *Service) Origin(ctx context.Context, p Photo) (Origin, bool, error) {
	plain, err := s.sealer.Open(ctx, p.Exif)
	if err != nil || plain == nil {
		return Origin{}, false, err
	}
	var o Origin
	if err := json.Unmarshal(plain, &o); err != nil {
		return Origin{}, false, fmt.Errorf("media: origin of photo %s: %w", p.ID, err)
	}
	return o, true, nil
}

// Attach makes an owner's photos part of a report and, where it has one already, of its case; or of a case alone (report
// ""). What a photo is part of first it stays part of: a report may name its photos again, and so may a case those it was
// given alone. mediation.Invalid, field photos[i], if the owner has no such photo; Conflict, field photos, if one belongs to
// something else. All are looked at before any is bound, so that a refusal binds none.
func (s *Service) Attach(ctx context.Context, owner string, ids []string, report, caseID string) error {
	for i, id := range ids {
		p, err := s.records.Get(ctx, id)
		if err == nil {
			err = p.attach(owner, report, caseID)
		}
		if errors.Is(err, mediation.ErrNotFound) {
			return &mediation.Error{Op: "attach", Kind: mediation.Invalid, Code: "unknown_value", Field: fmt.Sprintf("photos[%d]", i),
				Params: map[string]string{"value": id}, Cause: err}
		}
		if err != nil {
			return err
		}
	}
	for _, id := range ids {
		if _, err := s.records.Update(ctx, id, func(p *Photo) error { return p.attach(owner, report, caseID) }); err != nil {
			return err
		}
	}
	return nil
}

// attach binds the photo, or says why not.
func (p *Photo) attach(owner, report, caseID string) error {
	bound := p.Report != "" || p.Case != ""
	switch {
	case p.Owner != owner || p.State != Ready:
		return mediation.ErrNotFound
	case bound && (p.Report != report || report == "" && p.Case != caseID):
		e := refuse(mediation.Conflict, CodeAttached, nil, nil)
		e.Field = "photos"
		return e
	}
	p.Report, p.Until = report, time.Time{}
	if caseID != "" {
		p.Case = caseID
	}
	return nil
}

// How Sweep works: photos at once, and how long one that could not be removed waits.
const (
	sweepBatch = 100
	sweepAgain = time.Hour
)

// Sweep removes what is due: uploads that broke off, photos that no report or case took. It returns how many. One that cannot be
// removed waits an hour and does not keep the others; what went wrong is in the error.
func (s *Service) Sweep(ctx context.Context, now time.Time) (int, error) {
	n := 0
	var failed error
	for {
		due, err := s.records.Orphans(ctx, now, sweepBatch)
		if err != nil {
			return n, errors.Join(failed, err)
		}
		for _, p := range due {
			err := s.remove(ctx, p, func(p Photo) bool { return !p.Until.IsZero() && !p.Until.After(now) })
			if err == nil {
				n++
				continue
			}
			failed = errors.Join(failed, fmt.Errorf("media: sweep photo %s: %w", p.ID, err))
			if err := s.postpone(ctx, p.ID, now.Add(sweepAgain)); err != nil {
				return n, errors.Join(failed, err)
			}
		}
		if len(due) < sweepBatch {
			return n, failed
		}
	}
}

func (s *Service) postpone(ctx context.Context, id string, until time.Time) error {
	_, err := s.records.Update(ctx, id, func(p *Photo) error {
		if !p.Until.IsZero() {
			p.Until = until.UTC()
		}
		return nil
	})
	return err
}

// Erase removes a photo for good, whatever it is part of; one that is gone, or never was, is no error.
func (s *Service) Erase(ctx context.Context, id string) error {
	p, err := s.records.Get(ctx, id)
	if errors.Is(err, mediation.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.remove(ctx, p, func(Photo) bool { return true })
}

// remove takes a photo's blobs and key away if may still says yes: marked as going first, so that nobody attaches or
// finishes it meanwhile, and as gone last. Any part of it may be repeated.
func (s *Service) remove(ctx context.Context, old Photo, may func(Photo) bool) error {
	going, err := s.records.Update(ctx, old.ID, func(p *Photo) error {
		if p.BlobID != old.BlobID || p.State == Gone || !may(*p) {
			return errMoved
		}
		p.State = Going
		return nil
	})
	if errors.Is(err, errMoved) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.discard(ctx, going.blobs()); err != nil {
		return err
	}
	if err := s.sealer.Erase(ctx, going.Key); err != nil {
		return err
	}
	_, err = s.records.Update(ctx, going.ID, func(p *Photo) error {
		if p.BlobID != going.BlobID || p.State != Going {
			return errMoved
		}
		p.State, p.Until, p.Exif = Gone, time.Time{}, mediation.Sealed{}
		p.Pieces, p.Next, p.Loose = nil, "", nil
		return nil
	})
	if errors.Is(err, errMoved) {
		return nil
	}
	return err
}

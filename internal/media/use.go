package media

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// Open reads the stored copy. The caller closes it. Its type is p.Kind, its length p.Bytes; serve it as nothing else.
func (s *Service) Open(ctx context.Context, p Photo) (io.ReadCloser, error) {
	return s.blobs.Open(ctx, p.BlobID)
}

// OpenThumb reads the thumbnail, a JPEG. The caller closes it.
func (s *Service) OpenThumb(ctx context.Context, p Photo) (io.ReadCloser, error) {
	return s.blobs.Open(ctx, p.ThumbID)
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

// AttachTo makes an owner's photo part of a report and, where it has one already, of its case (""). It may be repeated.
// mediation.ErrNotFound if there is no such photo of that owner; Conflict if it belongs to another report.
func (s *Service) AttachTo(ctx context.Context, owner, id, report, caseID string) (Photo, error) {
	return s.records.Update(ctx, id, func(p *Photo) error {
		switch {
		case p.Owner != owner || p.State != Ready:
			return mediation.ErrNotFound
		case p.Report != "" && p.Report != report:
			return refuse(mediation.Conflict, CodeAttached, nil, nil)
		}
		p.Report, p.Until = report, time.Time{}
		if caseID != "" {
			p.Case = caseID
		}
		return nil
	})
}

// MoveTo makes a report's photo part of another case: its report joined one, or was taken out of one ("").
func (s *Service) MoveTo(ctx context.Context, id, caseID string) (Photo, error) {
	return s.records.Update(ctx, id, func(p *Photo) error {
		if p.State != Ready || p.Report == "" {
			return mediation.ErrNotFound
		}
		p.Case = caseID
		return nil
	})
}

// How Sweep works: photos at once, and how long one that could not be removed waits.
const (
	sweepBatch = 100
	sweepAgain = time.Hour
)

// Sweep removes what is due: uploads that broke off, photos that no report took. It returns how many. One that cannot be
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
	for _, blob := range []string{going.BlobID, going.ThumbID} {
		if err := s.blobs.Delete(ctx, blob); err != nil {
			return err
		}
	}
	if err := s.sealer.Erase(ctx, going.Key); err != nil {
		return err
	}
	_, err = s.records.Update(ctx, going.ID, func(p *Photo) error {
		if p.BlobID != going.BlobID || p.State != Going {
			return errMoved
		}
		p.State, p.Until, p.Exif = Gone, time.Time{}, mediation.Sealed{}
		return nil
	})
	if errors.Is(err, errMoved) {
		return nil
	}
	return err
}

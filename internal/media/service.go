package media

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"golang.org/x/sync/semaphore"

	"fengqiao/mediation"
)

// How long what belongs to no report is kept.
const (
	pendingFor = 24 * time.Hour      // an upload that broke off: a phone that still wants it has sent it again by then
	looseFor   = 30 * 24 * time.Hour // a photo without its report: the phone may be out of reach for weeks
)

// Options are a Service's settings; zero ones take the defaults.
type Options struct {
	// Limits bound one photo. Default DefaultLimits.
	Limits Limits
	// Zone is that of cameras that do not say theirs. Default China's, UTC+8.
	Zone *time.Location
	// Now is the machine's clock. Default time.Now.
	Now func() time.Time
}

// Service takes photos in and gives them out. It asks for no permission: its callers have.
type Service struct {
	records Records
	blobs   Blobs
	sealer  Sealer
	checker checker
	now     func() time.Time
}

// New returns a service.
func New(records Records, blobs Blobs, sealer Sealer, o Options) *Service {
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits
	}
	if o.Zone == nil {
		o.Zone = time.FixedZone("UTC+8", 8*60*60)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Service{records: records, blobs: blobs, sealer: sealer, now: o.Now,
		checker: checker{limits: o.Limits, zone: o.Zone, memory: semaphore.NewWeighted(o.Limits.Memory)}}
}

// Limits are those in force.
func (s *Service) Limits() Limits { return s.checker.limits }

// Upload takes a photo in. The same bytes under the same owner's client id are the same photo, however often they come
// and however often the answer was lost; other bytes are refused (Differs). declared is what the sender calls the file;
// it only helps the message. Refusals are mediation.Errors of Kind Invalid, Field "photo", with the codes in limits.go;
// of Kind Unavailable or Uncertain when it is to be sent again.
func (s *Service) Upload(ctx context.Context, owner, clientID string, r io.Reader, declared string) (Photo, error) {
	if err := checkClientID(owner, clientID); err != nil {
		return Photo{}, err
	}
	raw, err := s.receive(r)
	if err != nil {
		return Photo{}, err
	}
	id, print := photoID(owner, clientID), fingerprint(raw)
	switch old, err := s.records.Get(ctx, id); {
	case err == nil && old.State != Arriving && old.Print != print:
		return Photo{}, refuse(mediation.Differs, CodeDiffers, nil, nil)
	case err == nil && old.State == Ready:
		return old, nil
	case err != nil && !errors.Is(err, mediation.ErrNotFound):
		return Photo{}, err
	}
	f, err := s.checker.check(ctx, raw, declared)
	if err != nil {
		return Photo{}, err
	}
	key, err := s.sealer.NewKey(ctx)
	if err != nil {
		return Photo{}, err
	}
	p, err := s.describe(ctx, key, f)
	if err != nil {
		return Photo{}, err
	}
	p.ID, p.Owner, p.ClientID, p.Print = id, owner, clientID, print
	return s.store(ctx, p, f)
}

func checkClientID(owner, clientID string) error {
	if owner != "" && goodClientID(clientID) {
		return nil
	}
	e := refuse(mediation.Invalid, CodeClientID, nil, nil)
	e.Field = "clientId"
	return e
}

func goodClientID(id string) bool {
	if len(id) == 0 || len(id) > 64 {
		return false
	}
	for _, c := range []byte(id) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == ':') {
			return false
		}
	}
	return true
}

// photoID is 22 characters made from the owner and the phone's id. The length keeps ("ab", "c") and ("a", "bc") apart.
func photoID(owner, clientID string) string {
	sum := sha256.Sum256([]byte("photo " + strconv.Itoa(len(owner)) + " " + owner + clientID))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func (s *Service) receive(r io.Reader) ([]byte, error) {
	limit := s.checker.limits.Bytes
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, broken("received in part: %w", err)
	}
	if int64(len(raw)) > limit {
		return nil, refuse(mediation.Invalid, CodeBytes, nil, map[string]string{"max": strconv.FormatInt(limit, 10)})
	}
	return raw, nil
}

// describe makes the record of a file, its origin sealed under the key, as pending.
func (s *Service) describe(ctx context.Context, key string, f file) (Photo, error) {
	var exif mediation.Sealed
	if f.origin != nil {
		plain, err := json.Marshal(f.origin)
		if err != nil {
			return Photo{}, fmt.Errorf("media: origin: %w", err)
		}
		if exif, err = s.sealer.Seal(ctx, key, plain); err != nil {
			return Photo{}, err
		}
	}
	now := s.now().UTC()
	p := Photo{
		State: Pending, Kind: f.kind, Bytes: int64(len(f.stored)), Width: f.width, Height: f.height, Millis: f.length.Milliseconds(),
		SHA256: fingerprint(f.stored), BlobID: rand.Text(), Key: key, Exif: exif,
		Created: now, Until: now.Add(pendingFor),
	}
	if f.thumb != nil {
		p.ThumbID = rand.Text()
	}
	return p, nil
}

// store writes record, blobs, record, in this order.
func (s *Service) store(ctx context.Context, fresh Photo, f file) (Photo, error) {
	p, err := s.reserve(ctx, fresh)
	if err != nil || p.State == Ready {
		return p, err
	}
	return s.complete(ctx, p, f)
}

// complete stores the blobs of a pending record and makes it ready. The pieces in which it came go before, while the record knows them.
func (s *Service) complete(ctx context.Context, p Photo, f file) (Photo, error) {
	blobSum, err := s.put(ctx, p.Key, p.BlobID, f.stored)
	if err != nil {
		return Photo{}, err
	}
	var thumbSum string
	if p.ThumbID != "" {
		if thumbSum, err = s.put(ctx, p.Key, p.ThumbID, f.thumb); err != nil {
			return Photo{}, err
		}
	}
	if err := s.discard(ctx, p.pieces()); err != nil {
		return Photo{}, err
	}
	at := s.now().UTC()
	done, err := s.records.Update(ctx, p.ID, func(now *Photo) error {
		switch {
		case now.BlobID != p.BlobID || now.State == Going || now.State == Gone:
			return errMoved
		case now.State == Pending:
			now.State, now.Ready, now.Until, now.BlobSum, now.ThumbSum = Ready, at, at.Add(looseFor), blobSum, thumbSum
			now.Pieces, now.Next, now.Loose = nil, "", nil
		}
		return nil
	})
	if errors.Is(err, errMoved) {
		// This life of the record was ended meanwhile, perhaps before its blobs came: nobody else removes them.
		return Photo{}, refuse(mediation.Unavailable, CodeBusy, s.discard(ctx, p.blobs()), nil)
	}
	return done, err
}

// discard removes blobs, as many as it can.
func (s *Service) discard(ctx context.Context, ids []string) error {
	var errs []error
	for _, id := range ids {
		errs = append(errs, s.blobs.Delete(ctx, id))
	}
	return errors.Join(errs...)
}

// put seals and stores a blob of this life of the record and returns the checksum of what lies there: one that is there already is
// from another try, the same picture under another nonce. Without plain it must be there already.
func (s *Service) put(ctx context.Context, key, id string, plain []byte) (sum string, err error) {
	if plain == nil {
		box, err := s.read(ctx, id)
		return fingerprint(box), err
	}
	sealed, err := s.sealer.Seal(ctx, key, plain)
	if err != nil {
		return "", err
	}
	_, err = s.blobs.Put(ctx, id, bytes.NewReader(sealed.Box))
	if errors.Is(err, mediation.ErrExists) {
		sealed.Box, err = s.read(ctx, id)
	}
	return fingerprint(sealed.Box), err
}

// read is a blob as it lies.
func (s *Service) read(ctx context.Context, id string) ([]byte, error) {
	r, err := s.blobs.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r)
	return b, errors.Join(err, r.Close())
}

// reserve makes the record pending, or returns the one that another try of the same upload left: ready, or pending and
// to be finished.
func (s *Service) reserve(ctx context.Context, fresh Photo) (Photo, error) {
	const tries = 4
	for range tries {
		err := s.records.Create(ctx, fresh)
		if err == nil {
			return fresh, nil
		}
		if !errors.Is(err, mediation.ErrExists) {
			return Photo{}, err
		}
		old, err := s.records.Get(ctx, fresh.ID)
		switch {
		case err != nil:
			return Photo{}, err
		case fresh.State == Arriving && old.begun():
			return old, nil
		case fresh.Print != "" && old.State != Arriving && old.Print != fresh.Print:
			return Photo{}, refuse(mediation.Differs, CodeDiffers, nil, nil)
		case old.State == Ready:
			return old, nil
		case old.State == Pending && old.SHA256 == fresh.SHA256:
			taken, err := s.takeOver(ctx, old, fresh.Until)
			if !errors.Is(err, errMoved) {
				return taken, err
			}
		case old.State == Gone && (old.Report != "" || old.Case != ""):
			return Photo{}, refuse(mediation.Conflict, CodeErased, nil, nil) // what was erased does not come back
		case old.State == Gone:
			back, err := s.revive(ctx, old, fresh)
			if !errors.Is(err, errMoved) {
				return back, err
			}
		default: // being removed, or made by a release that stripped otherwise
			if err := s.remove(ctx, old, func(p Photo) bool { return p.State != Ready }); err != nil {
				return Photo{}, err
			}
		}
	}
	return Photo{}, refuse(mediation.Unavailable, CodeBusy, nil, nil)
}

// errMoved: the record is no longer in the state in which it was read.
var errMoved = errors.New("media: photo changed meanwhile")

// takeOver keeps the sweep from what another try left pending.
func (s *Service) takeOver(ctx context.Context, old Photo, until time.Time) (Photo, error) {
	return s.records.Update(ctx, old.ID, func(p *Photo) error {
		switch {
		case p.BlobID != old.BlobID || p.State == Going || p.State == Gone:
			return errMoved
		case p.State == Pending && p.Until.Before(until):
			p.Until = until
		}
		return nil
	})
}

func (s *Service) revive(ctx context.Context, old, fresh Photo) (Photo, error) {
	return s.records.Update(ctx, old.ID, func(p *Photo) error {
		if p.State != Gone {
			return errMoved
		}
		created, version := p.Created, p.Version
		*p = fresh
		p.Created, p.Version = created, version
		return nil
	})
}

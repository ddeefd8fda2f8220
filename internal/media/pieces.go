package media

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strconv"

	"fengqiao/mediation"
)

// A photo may come in pieces, so that one that breaks off goes on where it stopped. Its record is there first, as arriving, with its
// key; each piece is sealed and stored as a blob of its own. The id of the next piece is in the record before the piece is stored, so
// that no blob is without a record that knows of it; and a piece counts once the record has it. When all have come they are put
// together and taken in like a photo that came at once; the pieces go before it is ready.

// pieceBytes is the most that one piece holds, and so the most that is lost when a line breaks.
const pieceBytes = 512 << 10

// sniffed is how many bytes tell what a file is.
const sniffed = 512

// Piece is one part of an arriving photo.
type Piece struct {
	ID    string // of its blob
	Bytes int64
}

// Arrived is how many bytes have come of those that were announced.
func (p *Photo) Arrived() (n int64) {
	if p.State != Arriving {
		return p.Sent
	}
	for _, piece := range p.Pieces {
		n += piece.Bytes
	}
	return n
}

// Begin announces a photo of so many bytes that will come in pieces, or finds the one that was announced before: by
// Arrived one sees where to go on. mediation.Differs if another length was announced under the client id.
func (s *Service) Begin(ctx context.Context, owner, clientID string, length int64) (Photo, error) {
	if err := checkClientID(owner, clientID); err != nil {
		return Photo{}, err
	}
	if most := s.checker.limits.Bytes; length > most {
		return Photo{}, refuse(mediation.Invalid, CodeBytes, nil, map[string]string{"max": strconv.FormatInt(most, 10)})
	}
	if length <= 0 {
		return Photo{}, refuse(mediation.Invalid, CodeEmpty, nil, nil)
	}
	p, err := s.records.Get(ctx, photoID(owner, clientID))
	if errors.Is(err, mediation.ErrNotFound) || err == nil && !p.begun() {
		p, err = s.announce(ctx, owner, clientID, length)
	}
	if err == nil && p.Sent != length && p.Sent != 0 {
		return Photo{}, refuse(mediation.Differs, CodeDiffers, nil, nil)
	}
	return p, err
}

// begun tells whether it need not be announced any more.
func (p *Photo) begun() bool {
	return p.State == Arriving || p.State == Pending && p.Sent != 0 || p.State == Ready
}

// announce makes the record of a photo that will come in pieces.
func (s *Service) announce(ctx context.Context, owner, clientID string, length int64) (Photo, error) {
	key, err := s.sealer.NewKey(ctx)
	if err != nil {
		return Photo{}, err
	}
	now := s.now().UTC()
	return s.reserve(ctx, Photo{ID: photoID(owner, clientID), Owner: owner, ClientID: clientID, State: Arriving, Sent: length, BlobID: rand.Text(),
		Next: rand.Text(), Key: key, Created: now, Until: now.Add(pendingFor)})
}

// Arriving returns an owner's photo that comes, or came, in pieces; mediation.ErrNotFound.
func (s *Service) Arriving(ctx context.Context, owner, id string) (Photo, error) {
	p, err := s.records.Get(ctx, id)
	if err == nil && (p.Owner != owner || p.Sent == 0 || p.State == Going || p.State == Gone) {
		return Photo{}, mediation.ErrNotFound
	}
	return p, err
}

// Append takes what r gives as the bytes from a place on. What came before r broke off is kept; the photo that is returned says how far
// it is. With the last byte it is taken in, or refused for what Upload refuses, and then nothing of it is left. Conflict, CodeOffset
// with the right place, if the bytes do not go on where the last ones stopped.
func (s *Service) Append(ctx context.Context, owner, id string, at int64, r io.Reader) (Photo, error) {
	p, err := s.Arriving(ctx, owner, id)
	if err != nil {
		return Photo{}, err
	}
	if at != p.Arrived() {
		return Photo{}, misplaced(p)
	}
	buffer := make([]byte, pieceBytes)
	for p.State == Arriving && p.Arrived() < p.Sent {
		// Whether the line broke or the sender made a pause: what came is kept.
		n, broke := io.ReadFull(r, buffer)
		if n > 0 {
			if p, err = s.addPiece(ctx, p, buffer[:n]); err != nil {
				return Photo{}, err
			}
		}
		if broke != nil {
			break
		}
	}
	if p.State == Ready || p.State == Arriving && p.Arrived() < p.Sent {
		return p, nil
	}
	return s.assemble(ctx, p)
}

func misplaced(p Photo) error {
	return refuse(mediation.Conflict, CodeOffset, nil, map[string]string{"offset": strconv.FormatInt(p.Arrived(), 10)})
}

// addPiece stores a piece and then counts it. A wrong kind is refused with the first, not after the last.
func (s *Service) addPiece(ctx context.Context, p Photo, b []byte) (Photo, error) {
	if p.Arrived()+int64(len(b)) > p.Sent {
		return Photo{}, refuse(mediation.Invalid, CodeBytes, nil, map[string]string{"max": strconv.FormatInt(p.Sent, 10)})
	}
	if len(p.Pieces) == 0 && len(b) >= sniffed {
		if _, err := sniff(b, ""); err != nil {
			return Photo{}, errors.Join(err, s.remove(ctx, p, isArriving))
		}
	}
	sealed, err := s.sealer.Seal(ctx, p.Key, b)
	if err != nil {
		return Photo{}, err
	}
	_, err = s.blobs.Put(ctx, p.Next, bytes.NewReader(sealed.Box))
	if errors.Is(err, mediation.ErrExists) { // of a request that broke off before it was counted, or of one that is at it
		if p, err = s.nextPiece(ctx, p, nil); err == nil {
			_, err = s.blobs.Put(ctx, p.Next, bytes.NewReader(sealed.Box))
		}
	}
	if err != nil {
		return Photo{}, err
	}
	return s.nextPiece(ctx, p, &Piece{ID: p.Next, Bytes: int64(len(b))})
}

// nextPiece counts a piece, or gives its id up where there is none, and draws the next id.
func (s *Service) nextPiece(ctx context.Context, p Photo, piece *Piece) (Photo, error) {
	next, until := rand.Text(), s.now().UTC().Add(pendingFor)
	done, err := s.records.Update(ctx, p.ID, func(now *Photo) error {
		if now.State != Arriving || now.BlobID != p.BlobID || now.Next != p.Next {
			return errMoved
		}
		if piece != nil {
			now.Pieces = append(now.Pieces[:len(now.Pieces):len(now.Pieces)], *piece)
		} else {
			now.Loose = append(now.Loose[:len(now.Loose):len(now.Loose)], now.Next)
		}
		now.Next, now.Until = next, until
		return nil
	})
	if !errors.Is(err, errMoved) {
		return done, err
	}
	var lost error
	if piece != nil {
		lost = s.blobs.Delete(ctx, piece.ID)
	}
	now, err := s.records.Get(ctx, p.ID)
	if err = errors.Join(err, lost); err != nil {
		return Photo{}, err
	}
	return Photo{}, misplaced(now)
}

func isArriving(p Photo) bool { return p.State == Arriving }

// assemble puts the pieces together and takes the photo in. It may be repeated from wherever it broke off.
func (s *Service) assemble(ctx context.Context, p Photo) (Photo, error) {
	raw, err := s.gather(ctx, p)
	if errors.Is(err, mediation.ErrNotFound) && p.State == Pending { // the pieces have gone: what they came to is stored
		done, err := s.complete(ctx, p, file{})
		return done, s.unlessLost(ctx, p, err)
	}
	if err != nil {
		return Photo{}, s.unlessLost(ctx, p, err)
	}
	f, err := s.checker.check(ctx, raw, "")
	if errors.Is(err, &mediation.Error{Kind: mediation.Invalid}) {
		return Photo{}, errors.Join(err, s.remove(ctx, p, isArriving))
	}
	if err != nil {
		return Photo{}, err
	}
	if p.State == Arriving {
		if p, err = s.arrive(ctx, p, f, fingerprint(raw)); err != nil {
			return Photo{}, err
		}
	}
	return s.complete(ctx, p, f)
}

// unlessLost gives up a photo whose bytes are not there: a backup has none of what was on its way. It is to be sent anew. Where
// another request has taken it further since p was read, the bytes are not there because that one is done with them.
func (s *Service) unlessLost(ctx context.Context, p Photo, err error) error {
	if !errors.Is(err, mediation.ErrNotFound) {
		return err
	}
	now, readErr := s.records.Get(ctx, p.ID)
	if readErr != nil {
		return readErr
	}
	if now.State != p.State {
		return refuse(mediation.Unavailable, CodeBusy, err, nil)
	}
	return errors.Join(err, s.remove(ctx, p, func(now Photo) bool { return now.State == p.State }))
}

func (s *Service) gather(ctx context.Context, p Photo) ([]byte, error) {
	var raw []byte
	for _, piece := range p.Pieces {
		b, err := s.open(ctx, p.Key, piece.ID)
		if err != nil {
			return nil, err
		}
		raw = append(raw, b...)
	}
	return raw, nil
}

// arrive makes an arriving photo pending, of which all is known.
func (s *Service) arrive(ctx context.Context, p Photo, f file, print string) (Photo, error) {
	whole, err := s.describe(ctx, p.Key, f)
	if err != nil {
		return Photo{}, err
	}
	done, err := s.records.Update(ctx, p.ID, func(now *Photo) error {
		switch {
		case now.BlobID != p.BlobID || now.State != Arriving && now.State != Pending:
			return errMoved
		case now.State == Pending: // by another request
			return nil
		}
		was := *now
		*now = whole
		now.ID, now.Owner, now.ClientID, now.Print, now.Created, now.Version = was.ID, was.Owner, was.ClientID, print, was.Created, was.Version
		now.BlobID, now.Sent, now.Pieces, now.Next, now.Loose = was.BlobID, was.Sent, was.Pieces, was.Next, was.Loose
		return nil
	})
	if errors.Is(err, errMoved) {
		return Photo{}, refuse(mediation.Unavailable, CodeBusy, nil, nil)
	}
	return done, err
}

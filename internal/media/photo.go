package media

import (
	"context"
	"io"
	"slices"
	"time"

	"fengqiao/mediation"
)

// Kind is what a photo is, by its content.
type Kind string

// The kinds of photos and of recordings that are taken.
const (
	JPEG Kind = "image/jpeg"
	PNG  Kind = "image/png"
	WebP Kind = "image/webp"
	M4A  Kind = "audio/mp4"
	MP3  Kind = "audio/mpeg"
)

// Kinds are all of them.
var Kinds = []Kind{JPEG, PNG, WebP, M4A, MP3}

// Sound tells a recording from a photo.
func (k Kind) Sound() bool { return k == M4A || k == MP3 }

// State is where a photo is on its way.
type State string

// The states. Only ready photos are seen.
const (
	Arriving State = "arriving" // it comes in pieces (pieces.go)
	Pending  State = "pending"  // its blobs are being stored
	Ready    State = "ready"
	Going    State = "going" // its blobs are being removed
	Gone     State = "gone"  // its blobs and its key are no more; sent again, it comes back
)

// Photo is the record of a photo or of a voice recording, which is kept in the same way and has a length in place of a size. Its ID
// is made from the owner and the phone's own id, so the same photo sent twice is one photo.
type Photo struct {
	ID       string
	Owner    string // the user who sent it
	ClientID string // the phone's id of it, never expires
	Print    string // SHA-256 of the bytes as sent, hex: same id with other content is refused; "" while it arrives
	State    State

	Kind    Kind
	Bytes   int64  // of the stored copy
	Width   int    // as displayed, pixels; 0 of a recording
	Height  int    // as displayed, pixels; 0 of a recording
	Millis  int64  // how long a recording is; 0 of a photo
	SHA256  string // of the stored copy before it was sealed, hex
	BlobID  string
	ThumbID string // a JPEG, 320 px on its longer edge; "" of a recording
	// Sent is how many bytes were announced of what comes in pieces, 0 of what came at once; Pieces those that have come. Next is the
	// blob id of the piece that comes next, Loose ids that were given up. All but Sent are empty once it is ready.
	Sent   int64
	Pieces []Piece
	Next   string
	Loose  []string
	// BlobSum and ThumbSum are the SHA-256 of the two blobs as they lie, sealed under Key: for checking them without it. Empty until
	// the photo is ready.
	BlobSum, ThumbSum string

	Key  string           // seal key
	Exif mediation.Sealed // an Origin; empty if the camera said nothing

	// Report and Case say what it belongs to, "" until Attach.
	Report, Case string
	Created      time.Time
	// Ready is when its blobs were complete; zero before.
	Ready time.Time
	// Until is when Sweep may remove it; zero once it belongs to a report or a case, or is gone.
	Until   time.Time
	Version int64
}

// blobs are the ids of all that is, or may be, stored of it: picture and thumbnail first.
func (p *Photo) blobs() []string {
	ids := []string{p.BlobID}
	if p.ThumbID != "" {
		ids = append(ids, p.ThumbID)
	}
	return append(ids, p.pieces()...)
}

// pieces are the blob ids of the pieces in which it came, and of those that may have come uncounted.
func (p *Photo) pieces() []string {
	ids := slices.Clone(p.Loose)
	if p.Next != "" {
		ids = append(ids, p.Next)
	}
	for _, piece := range p.Pieces {
		ids = append(ids, piece.ID)
	}
	return ids
}

// Origin is what the camera, or the recorder, wrote about place and time.
type Origin struct {
	// Placed tells whether Lon and Lat (WGS-84 degrees) are there, ErrorM their error in metres, 0 if not said.
	Placed   bool
	Lon, Lat float64
	ErrorM   float64
	// Taken is when, as the camera's clock said; zero if it did not. ZoneSaid tells whether the camera gave its offset from
	// UTC; where it did not, China's is taken.
	Taken    time.Time
	ZoneSaid bool
}

// Blobs keeps bytes by id. Safe for concurrent use. Failures of the store are mediation.ErrUnavailable.
type Blobs interface {
	// Put stores what r gives and returns its length; durable and complete, or not there at all. mediation.ErrExists if
	// the id is taken, and then nothing is changed. An error of r is returned as it is.
	Put(ctx context.Context, id string, r io.Reader) (int64, error)
	// Open reads a blob; mediation.ErrNotFound. The caller closes it.
	Open(ctx context.Context, id string) (io.ReadCloser, error)
	// Delete removes a blob; an absent one is no error.
	Delete(ctx context.Context, id string) error
}

// Records keeps the records of photos. Failures of the store are mediation.ErrUnavailable or mediation.ErrUncertain.
type Records interface {
	// Create stores a new record; mediation.ErrExists if the id is taken: of several at once one wins.
	Create(ctx context.Context, p Photo) error
	// Get returns a record; mediation.ErrNotFound.
	Get(ctx context.Context, id string) (Photo, error)
	// Update changes a record atomically and returns it as stored. fn may run several times and so must be pure; an error
	// of fn is returned as it is and nothing is stored. mediation.ErrNotFound.
	Update(ctx context.Context, id string, fn func(*Photo) error) (Photo, error)
	// Orphans returns at most limit records whose Until is not zero and not after now, the longest due first.
	Orphans(ctx context.Context, now time.Time, limit int) ([]Photo, error)
}

// Sealer is what of internal/seal is needed here.
type Sealer interface {
	mediation.Sealer
	// Erase destroys a key for good.
	Erase(ctx context.Context, key string) error
}

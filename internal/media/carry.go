package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"fengqiao/mediation"
)

// Copy carries a photo's blobs from one store to another; what is there already stays. Of a photo that is not ready it
// carries what there is. It may be repeated.
func Copy(ctx context.Context, p Photo, from, to Blobs) error {
	if p.State == Gone {
		return nil
	}
	for _, id := range p.blobs() {
		err := carry(ctx, id, from, to)
		if errors.Is(err, mediation.ErrExists) || errors.Is(err, mediation.ErrNotFound) && p.State != Ready {
			continue
		}
		if err != nil {
			return fmt.Errorf("media: copy photo %s: %w", p.ID, err)
		}
	}
	return nil
}

func carry(ctx context.Context, id string, from, to Blobs) error {
	r, err := from.Open(ctx, id)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = to.Put(ctx, id, r)
	return err
}

// ErrDamaged: what is stored of a photo is not what was taken in.
var ErrDamaged = errors.New("media: stored photo is damaged")

// Verify reads a ready photo's copy and compares it with its record: ErrDamaged if it differs, mediation.ErrNotFound if
// it or its thumbnail is missing. A photo in any other state has nothing to verify.
func Verify(ctx context.Context, p Photo, blobs Blobs) error {
	if p.State != Ready {
		return nil
	}
	sums := []string{p.BlobSum, p.ThumbSum}
	for i, id := range p.blobs() {
		sum := sha256.New()
		if err := read(ctx, id, blobs, sum); err != nil {
			return fmt.Errorf("media: verify photo %s: %w", p.ID, err)
		}
		if hex.EncodeToString(sum.Sum(nil)) != sums[i] {
			return fmt.Errorf("%w: %s", ErrDamaged, p.ID)
		}
	}
	return nil
}

func read(ctx context.Context, id string, blobs Blobs, to io.Writer) error {
	r, err := blobs.Open(ctx, id)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(to, r)
	return err
}

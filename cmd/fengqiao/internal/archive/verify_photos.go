package archive

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"fengqiao/internal/checkpoint"
	"fengqiao/internal/media"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// photos reads every photo whose upload came to an end, and its small picture, as they were stored.
func (v *verifier) photos() error {
	return v.Engine.Walk(v.ctx, photosTable, func(r store.Row) error {
		p, err := v.Store.Photos().Get(v.ctx, r.ID)
		if err != nil {
			return v.unreadable("photo "+r.ID, err)
		}
		if p.State != media.Ready {
			return v.photoAway(p)
		}
		sum, _ := hex.DecodeString(p.BlobSum)
		v.marked(checkpoint.Photo, p.ID, sum)
		v.found.Photos++
		v.progress("verify photos", v.found.Photos, 0)
		return v.photo(p)
	})
}

// photoAway looks whether a photo that is no more was erased, and does not only say so.
func (v *verifier) photoAway(p media.Photo) error {
	said := v.stands(checkpoint.Of{Kind: checkpoint.Photo, ID: p.ID})
	if p.State != media.Gone || len(said) == 0 {
		return nil
	}
	erased, err := v.Store.Erasures().Erased(v.ctx, p.Key)
	if err == nil && !erased {
		v.add("photo", p.ID, "checkpoint %d speaks of it, its record says that it was removed, and the journal knows of no erasure", said[0].N)
	}
	return err
}

func (v *verifier) photo(p media.Photo) error {
	wrong, err := photoWrong(v.ctx, p, v.Blobs)
	if wrong == "" || err != nil {
		return err
	}
	if v.source != nil {
		// A copy is as good as what it was made from. What is wrong there must not make the rest of it useless: a restore
		// that ended here would not come to its erasures.
		before, err := photoWrong(v.ctx, p, v.source)
		if before != "" || err != nil {
			return err
		}
	}
	// On a running server a photo that was swept since its record was read took its files along.
	now, err := v.Store.Photos().Get(v.ctx, p.ID)
	if err == nil && now.State == media.Ready && now.BlobID == p.BlobID {
		v.add("photo", p.ID, "%s", wrong)
	}
	return err
}

// photoWrong says what is wrong with a photo's files, "" if nothing is. They are sealed, so nothing is looked at but their bytes. The
// error means that the store does not answer.
func photoWrong(ctx context.Context, p media.Photo, blobs media.Blobs) (string, error) {
	for _, file := range []struct{ name, id, sum string }{{"file", p.BlobID, p.BlobSum}, {"small picture", p.ThumbID, p.ThumbSum}} {
		if file.id == "" {
			continue // a recording has no small picture
		}
		sum, n, err := blobSum(ctx, blobs, file.id)
		switch {
		case errors.Is(err, mediation.ErrNotFound):
			return "its " + file.name + " is not there", nil
		case err != nil:
			return unlessSilent(ctx, "its "+file.name+" cannot be read", err)
		case sum != file.sum:
			return fmt.Sprintf("its %s was changed or cut: it has %d bytes", file.name, n), nil
		}
	}
	return "", nil
}

// unlessSilent tells a broken file from a store that does not answer.
func unlessSilent(ctx context.Context, what string, err error) (string, error) {
	if ctx.Err() != nil || errors.Is(err, mediation.ErrUnavailable) || errors.Is(err, store.ErrUnavailable) {
		return "", err
	}
	return fmt.Sprintf("%s: %v", what, err), nil
}

func blobSum(ctx context.Context, blobs media.Blobs, id string) (sum string, n int64, err error) {
	f, err := blobs.Open(ctx, id)
	if err != nil {
		return "", 0, err
	}
	sum, n, err = fileSum(f)
	return sum, n, errors.Join(err, f.Close())
}

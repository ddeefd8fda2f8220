package opinion

import (
	"context"
	"errors"
	"time"

	"fengqiao/mediation"
)

// Keeping lets go of suggestions campaign by campaign, when policy lets a campaign's be kept no longer: what has its outcome by then keeps
// it, and what has none lapses.
type Keeping struct {
	*Service
	Eraser *Eraser
}

// Kept implements retention.Records: of campaigns.
func (k Keeping) Kept(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error) {
	return k.Campaigns.Kept(ctx, until, limit)
}

// About implements retention.Records.
func (k Keeping) About(ctx context.Context, campaign string) (mediation.Record, error) {
	c, err := k.Campaigns.Load(ctx, campaign)
	return mediation.Record{Area: c.Area}, err
}

// Erase implements retention.Records: who suggested in a campaign, and in what words. One that is becoming a report just now is spared, so is what is held, and
// the campaign looked at again a day later.
func (k Keeping) Erase(ctx context.Context, campaign string) error {
	whole := true
	err := each(func(cursor string) (string, error) {
		list, next, err := k.Suggestions.Of(ctx, campaign, cursor, page)
		for i := range list {
			if err != nil {
				break
			}
			var gone bool
			gone, err = k.letGo(ctx, &list[i])
			whole = whole && gone
		}
		return next, err
	})
	if err != nil {
		return err
	}
	_, err = k.Campaigns.Update(ctx, campaign, func(c *Campaign) ([]mediation.Notice, error) {
		if c.Cleared = whole; !whole {
			c.Spared = c.KeptSince().AddDate(0, 0, 1)
		}
		return nil, nil
	})
	return err
}

// letGo erases one suggestion, unless it is becoming a report. That it has lapsed is noted first, with whether it was answered, and its paper
// taken back behind that: so a crash in between changes no figure.
func (k Keeping) letGo(ctx context.Context, x *Suggestion) (gone bool, err error) {
	if gone, err = k.Eraser.Keys.Erased(ctx, x.Key); err != nil || gone && len(x.Match) == 0 {
		return gone, err
	}
	if err := k.Eraser.held(ctx, x); err != nil {
		if mediation.IsHeld(err) {
			err = nil
		}
		return false, err
	}
	switch x.State {
	case Turning:
		return false, nil
	case Received, Routed:
		if err := k.lapse(ctx, x); err != nil || x.State != Lapsed {
			return false, err
		}
	}
	if x.State == Lapsed && x.Paper != "" {
		if err := k.Papers.Withdraw(ctx, x.Paper, "保存期限已满，无须再答复。"); err != nil {
			return false, err
		}
	}
	return true, k.Eraser.Erase(ctx, x.ID)
}

// lapse notes that there will be no outcome, and whether the unit had answered.
func (k Keeping) lapse(ctx context.Context, x *Suggestion) error {
	id := x.Paper
	if x.State == Received {
		id = paperOf(x.ID) // a crash may have kept it from being noted
	}
	paper, err := k.Papers.Standing(ctx, id)
	if errors.Is(err, mediation.ErrNotFound) {
		id, err = "", nil
	}
	if err != nil {
		return err
	}
	at := k.now()
	now, err := k.Suggestions.Update(ctx, x.ID, func(x *Suggestion) error { x.lapse(at, id, paper.Answered); return nil })
	if err == nil {
		*x = now
	}
	return err
}

package patrol

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Checkins keeps check-ins, and when each cell was last visited.
type Checkins interface {
	// Add stores a check-in once, and notes its visit of the cell if it counts and is later than what is known. If one of this id is
	// there already, that is returned with stored = false; what a crash kept from being noted of the cell is noted then.
	Add(ctx context.Context, c Checkin) (stored bool, as Checkin, err error)
	// Load returns a check-in; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (Checkin, error)
	// Of pages a person's check-ins, the newest first, after the cursor, at most limit, and the cursor behind the last ("" at the end).
	Of(ctx context.Context, user, cursor string, limit int) ([]Checkin, string, error)
	// Last is when those of the cells were last visited that ever were.
	Last(ctx context.Context, cells []grid.Code) (map[grid.Code]time.Time, error)
	// Oldest is when the oldest check-in was made; zero where there is none.
	Oldest(ctx context.Context) (time.Time, error)
	// Forget removes at most limit check-ins made before t, and says how many. The cells' last visits stay: they name nobody.
	Forget(ctx context.Context, t time.Time, limit int) (int, error)
}

// Rules gives the policy in force with its calendar: mediation.Service.
type Rules interface {
	Rules(ctx context.Context, version string) (mediation.Rules, error)
}

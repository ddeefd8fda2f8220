package account

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// All ports: safe for concurrent use; what they return belongs to the caller; a write is durable when it returns nil.
// They return ErrUnavailable (nothing written) or ErrUncertain (perhaps written) when the store fails. The functions
// given to Update may run several times and so must be pure; an error from one is returned as it is and nothing is stored.

// Users keeps the users.
type Users interface {
	// Create stores a new user. ErrLoginTaken if the login is taken, by how many callers at once ever: one wins.
	Create(ctx context.Context, u User) error
	// Get returns a user. ErrNotFound if absent.
	Get(ctx context.Context, id string) (User, error)
	// ByLogin returns the user of a folded login. ErrNotFound if absent.
	ByLogin(ctx context.Context, login string) (User, error)
	// Update changes a user atomically and returns the stored result. fn must leave ID, Login and Created alone.
	// ErrNotFound if absent.
	Update(ctx context.Context, id string, fn func(*User) error) (User, error)
	// List returns users in the order of their creation, without PasswordHash and History, and the cursor behind the
	// last; "" when there are no more. A page neither skips nor repeats a user who stays within the filter, whatever
	// others write meanwhile. ErrInvalid for a cursor that is not one of ours.
	List(ctx context.Context, f Filter) ([]User, string, error)
}

// Filter says which users to list; zero fields do not filter.
type Filter struct {
	// Area keeps the users whose area is this one or inside it.
	Area grid.Code
	Role mediation.Role
	// Mediator keeps the users whose this mediator's record is.
	Mediator string
	// Open leaves locked users out.
	Open bool
	// After is the cursor of the page before.
	After string
	// Limit is the most users to return, from 1.
	Limit int
}

// Session is one sign-in on one device, kept alive by refreshing: a family of refresh tokens.
type Session struct {
	ID   string
	User string
	// Epoch is the user's epoch when the session began; in any other it is void.
	Epoch int
	// Generation is that of the one refresh token that is good now.
	Generation uint64
	// Seed makes this session's refresh tokens unguessable to who knows the installation's key alone.
	Seed []byte
	// Device is what the user reads in the list of devices.
	Device  string
	Created time.Time
	// Rotated is when Generation last rose.
	Rotated time.Time
	// Until is when the session ends unless it is refreshed before.
	Until time.Time
	// Ended is when it was ended; zero while it runs. EndedBy is sign_out or reuse.
	Ended   time.Time
	EndedBy string
}

// Sessions keeps the sessions.
type Sessions interface {
	// Create stores a new session. ErrExists if the id is taken.
	Create(ctx context.Context, s Session) error
	// Get returns a session. ErrNotFound if absent.
	Get(ctx context.Context, id string) (Session, error)
	// Update changes a session atomically: of two that refresh with the same token, the second sees what the first did.
	// fn must leave ID, User and Created alone. ErrNotFound if absent.
	Update(ctx context.Context, id string, fn func(*Session) error) error
	// OfUser returns the newest sessions of a user, newest first, at most limit.
	OfUser(ctx context.Context, user string, limit int) ([]Session, error)
	// Purge removes at most limit sessions whose Until lies before the time, and says how many.
	Purge(ctx context.Context, before time.Time, limit int) (int, error)
}

// Attempts counts failed sign-ins, so that restarts and several instances count together.
type Attempts interface {
	// Get returns the counters of those ids that have one, in no given order.
	Get(ctx context.Context, ids ...string) ([]Attempt, error)
	// Update changes a counter atomically, beginning with a zero one (ID set) where there is none.
	Update(ctx context.Context, id string, fn func(*Attempt)) error
	// Clear forgets counters; absent ones are no error.
	Clear(ctx context.Context, ids ...string) error
	// Purge removes at most limit counters whose Last lies before the time, and says how many.
	Purge(ctx context.Context, before time.Time, limit int) (int, error)
}

// Keys keeps the installation's keys, their private halves sealed by the Vault.
type Keys interface {
	// List returns all keys, in no given order.
	List(ctx context.Context) ([]Key, error)
	// Add stores a key. ErrExists if the id is taken: of several instances that start at once one wins.
	Add(ctx context.Context, k Key) error
	// Delete removes a key; an absent one is no error.
	Delete(ctx context.Context, id string) error
}

// Codes keeps one-time codes.
type Codes interface {
	// Put stores a code in place of any of the same id.
	Put(ctx context.Context, c Code) error
	// Get returns a code. ErrNotFound if absent.
	Get(ctx context.Context, id string) (Code, error)
}

// Code is a one-time code; the store has its hash alone.
type Code struct {
	ID    string
	Hash  []byte
	Until time.Time
}

// Vault seals the private keys at rest under the installation's key (internal/seal).
type Vault interface {
	// Wrap seals a secret of a few dozen bytes.
	Wrap(ctx context.Context, secret []byte) ([]byte, error)
	// Unwrap opens what Wrap made; an error if it was changed or the installation's key is another.
	Unwrap(ctx context.Context, sealed []byte) ([]byte, error)
}

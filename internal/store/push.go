package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"fengqiao/mediation"
	"fengqiao/push"
)

// Tables of what is sent and to whom.
const (
	outboxTable  = "outbox"
	inboxTable   = "inbox"
	devicesTable = "devices"
)

var pushTables = []Table{
	{
		// Sort is the notice's Seq, so that a line's first entry is the first row of its key. Unfinished entries have "due"
		// and, if they belong to a case, "line"; dead letters have only "died", finished entries only "done": each is
		// in the indexes where it is looked for and in no other. See push_outbox.go.
		Name:    outboxTable,
		Keys:    []Key{{"due", Int}, {"line", Text}, {"died", Int}, {"done", Int}},
		Indexes: []Index{{Keys: []string{"due"}}, {Keys: []string{"line"}}, {Keys: []string{"died"}}, {Keys: []string{"done"}}},
	},
	{
		// "unread" is the user while the item is unread.
		Name:    inboxTable,
		Keys:    []Key{{"user", Text}, {"unread", Text}},
		Indexes: []Index{{Keys: []string{"user"}}, {Keys: []string{"unread"}}},
	},
	{
		// "token" is a hash: the token itself stands in the body alone.
		Name:    devicesTable,
		Keys:    []Key{{"token", Text}, {"user", Text}, {"seen", Int}},
		Indexes: []Index{{Keys: []string{"token"}, Unique: true}, {Keys: []string{"user"}}, {Keys: []string{"seen"}}},
	},
}

// outboxWrite moves a case's notice into the outbox. It carries the notice's own id, so a second run changes nothing: it
// may stand in the same Apply as the case or be repeated behind it.
func outboxWrite(n mediation.Notice) (Write, error) { return entryWrite(push.NewEntry(n)) }

// pushError says in push's words what an Engine answered.
func pushError(err error) error {
	if errors.Is(err, ErrNotFound) {
		return push.ErrNotFound
	}
	return err
}

// Bounds of what one Apply or Find carries: long enough to share the cost, short enough not to make others wait.
const (
	pushChunk   = 256
	pushWriters = 16
)

// each carries out writes that do not depend on each other and returns the version that each row got, 0 where somebody
// else wrote it in between, which is no error. An error is returned only if nothing at all was written.
func (s *Store) each(ctx context.Context, writes []Write) ([]int64, error) {
	versions := make([]int64, 0, len(writes))
	var first error
	stored := false
	for chunk := range slices.Chunk(writes, pushChunk) {
		got, err := s.eachOf(ctx, chunk)
		if err != nil && first == nil {
			first = err
		}
		stored = stored || slices.ContainsFunc(got, func(v int64) bool { return v != 0 })
		versions = append(versions, got...)
	}
	if stored {
		return versions, nil
	}
	return versions, first
}

func (s *Store) eachOf(ctx context.Context, writes []Write) ([]int64, error) {
	versions := make([]int64, len(writes))
	if s.Engine.Atomic() {
		done, err := s.Engine.Apply(ctx, writes...)
		if err == nil {
			for i := range done {
				versions[i] = max(done[i].Version, 1) // a deleted row has none
			}
			return versions, nil
		}
		if !overtaken(err) {
			return versions, err
		}
	}
	var mu sync.Mutex
	var first error
	var group errgroup.Group
	group.SetLimit(pushWriters)
	for i, w := range writes {
		group.Go(func() error {
			done, err := s.Engine.Apply(ctx, w)
			switch {
			case err == nil:
				versions[i] = max(done[0].Version, 1)
			case !overtaken(err):
				mu.Lock()
				defer mu.Unlock()
				first = err
			}
			return nil
		})
	}
	_ = group.Wait() // the functions return nothing
	return versions, first
}

// overtaken: somebody else changed or removed the row first.
func overtaken(err error) bool { return errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) }

// pushCursor is a Position as lists hand it out.
type pushCursor struct {
	By   int64  `json:"b,omitempty"`
	Sort int64  `json:"s"`
	ID   string `json:"i"`
}

func (c pushCursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		return "" // numbers and a text always encode
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func readPushCursor(cursor string) (*Position, error) {
	if cursor == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, push.ErrBadCursor
	}
	var c pushCursor
	if err := json.Unmarshal(raw, &c); err != nil || c.ID == "" || c.String() != cursor {
		return nil, push.ErrBadCursor
	}
	return &Position{By: c.By, Sort: c.Sort, ID: c.ID}, nil
}

package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"fengqiao/mediation"
	"fengqiao/push"
)

// How the outbox keeps its promises over rows that know only versions.
//
// An unfinished entry has one time, "due". A claim is a replacement that sets "due" to the claim's end: whoever replaces
// first has it, an expired claim is simply due again, and the row's version is the proof that finishing demands.
//
// Order: an entry may be claimed only if it is the first row of its line. One that is not is left for the next call if the
// line's head is being sent, and is put off until the head's own time if the head waits for a retry; so however
// many stand behind a failing head, they do not fill the calls. Nobody needs to wake them.
//
// Entries that never had to wait bear a rank in place of a time (see rank). Those come in order of age, urgent ones first;
// entries that come back get up to half of each call, so that neither can starve the other.

// Outbox implements push.Outbox.
type Outbox struct{ s *Store }

// Outbox keeps what has to be sent.
func (s *Store) Outbox() Outbox { return Outbox{s} }

var _ push.Outbox = Outbox{}

// rank stands in "due" for an entry that may be claimed at once: its case time in seconds, which read as milliseconds is a
// day of January 1970 and so lies before every real time, whatever virtual time the case lives in.
func rank(n mediation.Notice, urgent bool) int64 {
	at := n.At.Unix()
	if urgent {
		at -= urgentLead
	}
	return min(max(at, 1), firstTime-1)
}

const (
	// urgentLead puts urgent ranks (seconds) before all others of our times.
	urgentLead = 1_000_000_000
	// firstTime parts ranks from times (milliseconds): September 2001.
	firstTime = 1_000_000_000_000
)

// claimedMark is the Head of an entry that is claimed.
var claimedMark = []byte("claimed")

func entryRow(e push.Entry, keys map[string]any) (Row, error) {
	body, err := encode(e)
	return Row{ID: e.ID, Sort: int64(e.Notice.Seq), Keys: keys, Body: body}, err
}

// openRow is the row of an unfinished entry.
func openRow(e push.Entry, due int64) (Row, error) {
	return entryRow(e, map[string]any{"due": due, "line": e.Line()})
}

func entryWrite(e push.Entry) (Write, error) {
	row, err := openRow(e, rank(e.Notice, e.Urgent))
	return Write{Table: outboxTable, Op: Ensure, Row: row}, err
}

func readEntry(row Row) (push.Entry, error) {
	var e push.Entry
	err := decode(outboxTable, row.ID, row.Body, &e)
	e.Claim = row.Version
	return e, err
}

// Add implements push.Outbox.
func (p Outbox) Add(ctx context.Context, entries ...push.Entry) error {
	writes := make([]Write, len(entries))
	for i, e := range entries {
		var err error
		if writes[i], err = entryWrite(e); err != nil {
			return err
		}
	}
	for chunk := range slices.Chunk(writes, pushChunk) {
		if _, err := p.s.Engine.Apply(ctx, chunk...); err != nil {
			return err
		}
	}
	return nil
}

// claimPages and claimPage bound how far one Claim looks past entries that cannot be claimed: so many pages of as many rows
// as are wanted, but at least claimPage.
const (
	claimPages = 4
	claimPage  = 64
)

// Claim implements push.Outbox.
func (p Outbox) Claim(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]push.Entry, error) {
	c := claimer{p: p, now: now.UnixMilli(), at: now, until: now.Add(lease).UnixMilli()}
	// What came back first, up to half; then what is fresh; then again what came back, if there is room.
	half := (limit + 1) / 2
	err := c.scan(ctx, firstTime, c.now+1, half)
	more := len(c.claimed) == half
	if err == nil {
		err = c.scan(ctx, 1, firstTime, limit)
	}
	if err == nil && more {
		err = c.scan(ctx, firstTime, c.now+1, limit)
	}
	if len(c.claimed) > 0 {
		err = nil
	}
	return c.claimed, errors.Join(append(c.unreadable, err)...)
}

// claimer is one Claim at work.
type claimer struct {
	p          Outbox
	now, until int64     // milliseconds
	at         time.Time // now
	claimed    []push.Entry
	unreadable []error
}

// scan claims entries due in [from, until) in order until want are claimed in all.
func (c *claimer) scan(ctx context.Context, from, until int64, want int) error {
	size := max(want, claimPage)
	var after *Position
	for range claimPages {
		if len(c.claimed) >= want {
			return nil
		}
		rows, err := c.p.s.Engine.Find(ctx, Query{
			Table: outboxTable, From: map[string]any{"due": from}, Until: map[string]any{"due": until},
			By: "due", After: after, Limit: size,
		})
		if err != nil {
			return err
		}
		if err := c.take(ctx, rows, want-len(c.claimed)); err != nil {
			return err
		}
		if len(rows) < size {
			return nil
		}
		last := rows[len(rows)-1]
		after = &Position{By: last.Keys["due"], Sort: last.Sort, ID: last.ID}
	}
	return nil
}

// take claims what may be claimed of these rows, at most want, and puts off what stands behind a head that waits.
func (c *claimer) take(ctx context.Context, rows []Row, want int) error {
	heads, err := c.p.heads(ctx, rows)
	if err != nil {
		return err
	}
	var claims, later []Write
	var entries []push.Entry
	for _, row := range rows {
		head, standing := heads[lineOf(row)]
		first := lineOf(row) == "" || standing && head.ID == row.ID
		behind := !first && standing && !isClaimed(head) && dueOf(head) > c.now
		if !behind && (!first || len(entries) == want) {
			continue
		}
		e, err := readEntry(row)
		if err != nil {
			// It is set aside: nobody can send it, and it must hold up neither its line nor the rest.
			c.unreadable = append(c.unreadable, err)
			row.Keys["due"], row.Keys["line"], row.Head = int64(0), "", nil
			later = append(later, Write{Table: outboxTable, Op: Replace, Row: row})
			continue
		}
		// What is due and claimed has an expired claim.
		e.PossiblyTwice = e.PossiblyTwice || isClaimed(row)
		e.From = c.at
		var w Write
		if behind {
			w, err = outboxReplace(e, row.Version, dueOf(head))
			later = append(later, w)
		} else {
			w, err = c.claim(&e, row)
			entries, claims = append(entries, e), append(claims, w)
		}
		if err != nil {
			return err
		}
	}
	versions, err := c.p.s.each(ctx, claims)
	for i := range versions {
		if versions[i] != 0 {
			entries[i].Claim = versions[i]
			c.claimed = append(c.claimed, entries[i])
		}
	}
	if err != nil {
		return err
	}
	_, err = c.p.s.each(ctx, later)
	return err
}

// claim counts the attempt in e and returns the write that takes the row.
func (c *claimer) claim(e *push.Entry, row Row) (Write, error) {
	e.Attempts++
	if e.Since.IsZero() {
		e.Since = c.at
	}
	w, err := outboxReplace(*e, row.Version, c.until)
	w.Row.Head = claimedMark
	return w, err
}

func isClaimed(row Row) bool { return len(row.Head) > 0 }

func dueOf(row Row) int64 {
	due, _ := row.Keys["due"].(int64)
	return due
}

func lineOf(row Row) string {
	line, _ := row.Keys["line"].(string)
	return line
}

// outboxReplace leaves the entry unfinished and due at that time.
func outboxReplace(e push.Entry, version, due int64) (Write, error) {
	row, err := openRow(e, due)
	row.Version = version
	return Write{Table: outboxTable, Op: Replace, Row: row}, err
}

// heads returns the first row of each line that these rows stand in.
func (p Outbox) heads(ctx context.Context, rows []Row) (map[string]Row, error) {
	heads := make(map[string]Row)
	var lines []any
	for _, row := range rows {
		if line := lineOf(row); line != "" {
			lines = append(lines, line)
		}
	}
	slices.SortFunc(lines, func(a, b any) int { return cmp.Compare(a.(string), b.(string)) })
	lines = slices.Compact(lines)
	for chunk := range slices.Chunk(lines, pushChunk) {
		if err := p.headsOf(ctx, chunk, heads); err != nil {
			return nil, err
		}
	}
	return heads, nil
}

// headsOf asks for all lines at once. Rows come lowest first over all lines, so the first of a line is its head even where
// the answer is cut off; lines that a long one pushed out of the answer are asked for alone.
func (p Outbox) headsOf(ctx context.Context, lines []any, heads map[string]Row) error {
	q := Query{Table: outboxTable, In: map[string][]any{"line": lines}, Limit: 2*len(lines) + 64, HeadsOnly: true}
	rows, err := p.s.Engine.Find(ctx, q)
	if err != nil {
		return err
	}
	for _, row := range rows {
		line := lineOf(row)
		if _, seen := heads[line]; !seen {
			heads[line] = row
		}
	}
	if len(rows) < q.Limit {
		return nil
	}
	for _, line := range lines {
		line, _ := line.(string)
		if _, seen := heads[line]; seen {
			continue
		}
		rows, err := p.s.Engine.Find(ctx, Query{Table: outboxTable, Eq: map[string]any{"line": line}, Limit: 1, HeadsOnly: true})
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			heads[line] = rows[0]
		}
	}
	return nil
}

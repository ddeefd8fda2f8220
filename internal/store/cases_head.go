package store

import (
	"bytes"
	"slices"

	"fengqiao/mediation"
)

// knownHeads is how many decoded summaries are remembered: some megabytes, for what phones and consoles list again and again.
const knownHeads = 4096

// readHead is a stored summary with what it was read from. It stands only for the very same bytes, so it cannot be stale.
type readHead struct {
	head    []byte
	summary mediation.Summary
}

// readSummaries decodes the heads of rows. The slices in them may be shared with other readers.
func (p *Cases) readSummaries(rows []Row) ([]mediation.Summary, error) {
	list := make([]mediation.Summary, len(rows))
	for i, r := range rows {
		known, ok := p.s.heads.Get(r.ID)
		if !ok || !bytes.Equal(known.head, r.Head) {
			known = readHead{head: r.Head}
			s := &known.summary
			if err := decode(casesTable, r.ID, r.Head, s); err != nil {
				return nil, err
			}
			// Who appends to what is shared must get room of their own.
			s.Reporters, s.Match, s.Seated = slices.Clip(s.Reporters), slices.Clip(s.Match), slices.Clip(s.Seated)
			p.s.heads.Add(r.ID, known)
		}
		list[i] = known.summary
		list[i].Number.N = r.N
	}
	return list, nil
}

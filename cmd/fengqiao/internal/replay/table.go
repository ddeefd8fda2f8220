package replay

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"sync"
	"text/tabwriter"
	"time"
)

// Table is what became of the reports.
type Table struct {
	mu sync.Mutex
	// Read counts rows, Sent those that went out, Tries the requests it took.
	Read, Sent, Tries int
	// Stored are new, Repeated had been stored before.
	Stored, Repeated int
	// Refused by reason, the rows that could not be sent included; Unanswered got no answer in time.
	Refused    map[string]int
	Unanswered int
	// Of those that are there: Placed lie in a cell, Unplaced wait for a person; Cases is how many different cases they are in,
	// Joined how many of them went into a case that another one had opened.
	Placed, Unplaced, Joined, Pending int
	Marks                             map[string]int
	Took                              time.Duration

	cases map[string]bool
	times []time.Duration
}

func newTable() *Table {
	return &Table{Refused: map[string]int{}, Marks: map[string]int{}, cases: map[string]bool{}}
}

func (t *Table) read() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Read++
}

func (t *Table) refuseRow(reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Read++
	t.Refused[reason]++
}

// count notes an answer and returns why the report was not stored, "" if it was.
func (t *Table) count(_ Report, a answer, err error) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Sent++
	t.Tries += a.tries
	switch {
	case err != nil:
		t.Unanswered++
		return "no answer: " + err.Error()
	case a.status >= 300:
		t.Refused[status(a)]++
		return status(a)
	case a.repeated:
		t.Repeated++
	default:
		t.Stored++
	}
	t.times = append(t.times, a.took)
	unplaced := false
	for _, m := range a.Marks {
		t.Marks[m]++
		unplaced = unplaced || m == "unplaced"
	}
	if unplaced {
		t.Unplaced++
	} else {
		t.Placed++
	}
	switch {
	case a.Case == nil:
		t.Pending++
	case t.cases[a.Case.ID]:
		t.Joined++
	default:
		t.cases[a.Case.ID] = true
	}
	return ""
}

// Percentile is the time within which this share of the answers came.
func (t *Table) Percentile(share float64) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.times) == 0 {
		return 0
	}
	slices.Sort(t.times)
	return t.times[max(0, int(math.Ceil(share*float64(len(t.times))))-1)]
}

// Lost counts the rows that are not stored now.
func (t *Table) Lost() int {
	n := t.Unanswered
	for _, count := range t.Refused {
		n += count
	}
	return n
}

// Print writes the table.
func (t *Table) Print(w io.Writer) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name string, value any) { _, _ = fmt.Fprintf(tab, "%s\t%v\n", name, value) }
	line("read", t.Read)
	line("sent", t.Sent)
	line("requests", t.Tries)
	line("stored", t.Stored)
	line("repeated", t.Repeated)
	for _, reason := range slices.Sorted(maps.Keys(t.Refused)) {
		line("refused: "+reason, t.Refused[reason])
	}
	line("unanswered", t.Unanswered)
	line("placed", t.Placed)
	line("unplaced", t.Unplaced)
	line("cases", len(t.cases))
	line("joined", t.Joined)
	line("pending", t.Pending)
	for _, m := range slices.Sorted(maps.Keys(t.Marks)) {
		line("marked "+m, t.Marks[m])
	}
	line("p50", t.Percentile(0.50).Round(10*time.Microsecond))
	line("p99", t.Percentile(0.99).Round(10*time.Microsecond))
	line("took", t.Took.Round(time.Millisecond))
	if s := t.Took.Seconds(); s > 0 {
		line("answers/s", math.Round(float64(t.Stored+t.Repeated)/s))
	}
	return tab.Flush()
}

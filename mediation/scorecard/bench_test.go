package scorecard

import (
	"fmt"
	"os"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/figures"

	"github.com/google/uuid"
)

// BenchmarkCounty reckons Anji's 23 indicators over 1,000,000 cases of a year, with the year before beside it: 15 townships, 24 units (the 39
// reports), and 300 officials, one to three of whom acted on each case.
func BenchmarkCounty(b *testing.B) {
	src, err := os.ReadFile("../../fixtures/scorecards/anji.yaml")
	if err != nil {
		b.Fatal(err)
	}
	card, err := Load("anji.yaml", src)
	if err != nil {
		b.Fatal(err)
	}
	book, begins := million(card.Units)
	county := grid.Code("33.05.23")
	for _, x := range []struct {
		by    By
		lines int
	}{{ByArea, 15}, {ByUnit, 24}, {ByOfficial, 300}} {
		b.Run("by="+string(x.by), func(b *testing.B) {
			for b.Loop() {
				for _, from := range []time.Time{begins, begins.AddDate(-1, 0, 0)} {
					q := figures.Query{Sight: mediation.Visible{Area: &county}, From: from, Until: from.AddDate(1, 0, 0), Now: begins.AddDate(1, 0, 0)}
					r := card.Reckon(book, q, x.by, "2026", nil, func(s string) bool { return s != "" }, Slips{})
					if from.Equal(begins) && (len(r.Lines) != x.lines || r.Lines[0].Points == nil) {
						b.Fatalf("%d lines", len(r.Lines))
					}
				}
			}
		})
	}
	tally := book.Count(figures.Query{Sight: mediation.Visible{Area: &county}})
	b.Run("formulas=23", func(b *testing.B) {
		for b.Loop() {
			card.Mark("", &tally)
		}
	})
}

// million is a book of a year's cases.
func million(units []string) (*figures.Book, time.Time) {
	begins := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	b := &figures.Book{}
	for i := range 1_000_000 {
		opened := begins.Add(time.Duration(i%365) * 24 * time.Hour)
		s := mediation.Summary{ID: uuid.NewSHA1(uuid.Nil, fmt.Append(nil, i)).String(), State: mediation.Settled, Opened: opened, Satisfied: i % 2,
			Area: grid.Code(fmt.Sprintf("33.05.23.%03d.%03d", i%15, i/15%20)), Category: fmt.Sprint("c", i%12), Channel: fmt.Sprint("ch", i%5), Unit: units[i%len(units)],
			Closed: opened.Add(time.Duration(i*7919%2_000_000) * time.Second),
			Course: mediation.Course{Accepted: opened.Add(time.Duration(i*104729%90_000) * time.Second), Agreed: opened.Add(time.Duration(i*1299709%900_000) * time.Second)}}
		for n := range 1 + i%3 {
			s.Course.Officials = append(s.Course.Officials, fmt.Sprint("official-", (i%100)*3+n))
		}
		if i%10 == 0 {
			s.State, s.Closed = mediation.Mediating, time.Time{}
		}
		b.Put(&s)
	}
	return b, begins
}

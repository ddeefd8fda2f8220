package handlers

import (
	"bytes"
	"testing"
	"time"

	"fengqiao/grid"

	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"
)

// A page of cases writes itself; to the byte it is what the library would have written.
func TestAPageOfCasesIsWrittenAsTheLibraryWouldWriteIt(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "富阳矛调〔2026〕第00012号", `<a href="x">&amp;\`, "line\u2028end", "…", "\x00\t"}))
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "none") {
			return time.Time{}
		}
		return time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "ms")).UTC()
	})
	place := rapid.Custom(func(t *rapid.T) *placeView {
		v := &placeView{Code: grid.Code(text.Draw(t, "code")), Name: text.Draw(t, "name"), Path: []placeStep{}}
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			return nil
		case 1:
			v.Path = append(v.Path, placeStep{"village", v.Code, v.Name})
			v.wire, _ = json.Marshal(v, wireForm)
		}
		return v
	})
	number := rapid.IntRange(-5, 1e6)
	rapid.Check(t, func(t *rapid.T) {
		views := []summaryView{}
		for range rapid.IntRange(0, 3).Draw(t, "cases") {
			v := summaryView{ID: text.Draw(t, "id"), Revision: int64(number.Draw(t, "revision")), Reports: number.Draw(t, "reports"),
				Seated: append([]string{}, rapid.SliceOfN(text, 0, 3).Draw(t, "seated")...), StateDue: moment.Draw(t, "state due"),
				WholeDue: moment.Draw(t, "whole due"), Breached: rapid.Bool().Draw(t, "breached"), ReviewDue: moment.Draw(t, "review due")}
			v.caseHead = caseHead{Number: text.Draw(t, "number"), Title: text.Draw(t, "title"), State: text.Draw(t, "state"), StateText: text.Draw(t, "state text"),
				Category: text.Draw(t, "category"), CategoryText: text.Draw(t, "category text"), Severity: number.Draw(t, "severity"),
				Emergency: rapid.Bool().Draw(t, "emergency"), Channel: text.Draw(t, "channel"), Unit: text.Draw(t, "unit"),
				Area: place.Draw(t, "area"), Cell: place.Draw(t, "cell"), NeedsHand: rapid.Bool().Draw(t, "needs hand"),
				Repeats: number.Draw(t, "repeats"), Opened: moment.Draw(t, "opened"), Changed: moment.Draw(t, "changed"), Closed: moment.Draw(t, "closed")}
			views = append(views, v)
		}
		page := NewPage(views, text.Draw(t, "cursor"))
		want, wantErr := json.Marshal(page, wireForm)
		got, err := written(casePage(page))
		if (err != nil) != (wantErr != nil) || err == nil && !bytes.Equal(got, want) {
			t.Fatalf("written\n%s, %v\nthe library writes\n%s, %v", got, err, want, wantErr)
		}
	})
}

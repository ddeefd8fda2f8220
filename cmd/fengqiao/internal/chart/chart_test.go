package chart

import (
	"os"
	"strings"
	"testing"

	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/grid"
	"fengqiao/grid/survey"

	"github.com/paulmach/orb"
)

func TestEveryKindHasItsWordsItsColourAndItsLineInTheDocumentation(t *testing.T) {
	doc, err := os.ReadFile("../../../../docs/boundaries.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range survey.Kinds {
		if w := findings[k]; w.Zh == "" || w.En == "" || colours[k] == "" || !strings.Contains(string(doc), "| `"+string(k)+"` |") {
			t.Errorf("finding %s: %+v, colour %q", k, w, colours[k])
		}
		if _, told := resolved[k]; told != k.Ambiguous() {
			t.Errorf("%s is ambiguous: %v, and how lookup resolves it is told: %v", k, k.Ambiguous(), told)
		}
	}
	for _, k := range survey.FixKinds {
		if w := fixes[k]; w.Zh == "" || w.En == "" || !strings.Contains(string(doc), "| `"+string(k)+"` |") {
			t.Errorf("repair %s: %+v", k, w)
		}
	}
	if len(findings) != len(survey.Kinds) || len(fixes) != len(survey.FixKinds) {
		t.Errorf("%d findings and %d repairs have words, of %d and %d", len(findings), len(fixes), len(survey.Kinds), len(survey.FixKinds))
	}
}

func TestManyFindingsOfAKindAreCountedAndTheLargestTold(t *testing.T) {
	var c Chart
	for i := range most + 10 {
		c.Found = append(c.Found, survey.Finding{Kind: survey.Gap, Cells: []int{i}, Codes: []grid.Code{"a"}, Polygon: -1, Ring: -1, Size: 2})
	}
	var b strings.Builder
	if err := c.WriteText(&b, words.English); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "gap: a, 2 m²\n"); n != most || !strings.Contains(b.String(), "gap: 10 more\n") || !strings.HasSuffix(b.String(), "boundaries: gap 60\n") {
		t.Errorf("%d lines\n%s", n, b.String())
	}
	b.Reset()
	if err := c.WriteText(&b, words.Both); err != nil || !strings.Contains(b.String(), "空隙：还有 10 项 / gap: 10 more\n") {
		t.Errorf("in both languages: %v\n%s", err, b.String())
	}
}

func TestSizesAreToldAsPeopleWriteThem(t *testing.T) {
	for size0, want := range map[float64]string{17299432.4: "17299432", 1234.5: "1234", 99.62: "99.6", 6.4812: "6.48", 0.012345: "0.0123", 2: "2"} {
		if got := size(size0, survey.SquareMetres).En; got != want+" m²" {
			t.Errorf("%v is told as %q, want %q", size0, got, want)
		}
	}
}

func TestACellWithoutCodeOrPlaceIsNamedByItsPosition(t *testing.T) {
	f := survey.Finding{Kind: survey.MissingCode, Cells: []int{6}, Codes: []grid.Code{""}, Polygon: -1, Ring: -1}
	if got := findingLine(f, words.Chinese); got != "缺少编码：第7个网格" {
		t.Error(got)
	}
	if g := geometryOf(f); g != nil {
		t.Errorf("a place was made up: %+v", g)
	}
}

func TestAPlanWithNothingOnTheGlobeIsDrawnEmpty(t *testing.T) {
	c := Chart{Version: "<v>\x01", Cells: []grid.Cell{{Code: "a", Shape: orb.MultiPolygon{{{{400, 0}, {401, 0}, {401, 1}, {400, 0}}}}}}}
	var b strings.Builder
	if err := c.WritePicture(&b, words.English); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); strings.Contains(s, "NaN") || strings.Contains(s, "Inf") || !strings.Contains(s, "&lt;v&gt;\ufffd") {
		t.Error(s)
	}
}

package grid

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// councils is a scheme unlike China's: a region in words and a council's number.
func councils() Schema {
	return Schema{Levels: []Level{
		{Key: "region", NameZh: "片区", NameEn: "region"},
		{Key: "council", NameZh: "议事会", NameEn: "council"},
	}}
}

func TestParseReadsWhatPeopleAndFilesWrite(t *testing.T) {
	mixed := Schema{Levels: []Level{{Key: "a", Width: 2}, {Key: "b", Width: 2}, {Key: "c"}}}
	for _, tc := range []struct {
		situation string
		schema    Schema
		text      string
		want      Code
	}{
		{"village code of the statistics office", ChinaSchema(), "330111001002", "33.01.11.001.002"},
		{"county code", ChinaSchema(), "330111", "33.01.11"},
		{"province", ChinaSchema(), "33", "33"},
		{"micro-grid", ChinaSchema(), "33011100100200305", "33.01.11.001.002.003.05"},
		{"grid numbered zero", ChinaSchema(), "33011100100200000", "33.01.11.001.002.000.00"},
		{"dotted path", ChinaSchema(), "33.01.11.001.002", "33.01.11.001.002"},
		{"spaces around", ChinaSchema(), "  330111\n", "33.01.11"},
		{"dotted with a missing level (龙港)", ChinaSchema(), "33.03.83.-.001", "33.03.83.-.001"},
		{"compact with a missing level", ChinaSchema(), "330383-001", "33.03.83.-.001"},
		{"pseudo-unit as given", ChinaSchema(), "330383198001", "33.03.83.198.001"},
		{"city padded with zeros", ChinaSchema(), "330100", "33.01"},
		{"county padded to twelve digits", ChinaSchema(), "330111000000", "33.01.11"},
		{"city without counties (东莞)", ChinaSchema(), "441900003001", "44.19.-.003.001"},
		{"free text", councils(), "NORTH EAST LA 1.27", "NORTH EAST LA 1.27"},
		{"free text of one level", councils(), "中心城区", "中心城区"},
		{"fixed levels before free text", mixed, "0102", "01.02"},
	} {
		got, err := tc.schema.Parse(tc.text)
		if err != nil || got != tc.want {
			t.Errorf("%s: Parse(%q) = %q, %v; want %q", tc.situation, tc.text, got, err, tc.want)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	mixed := Schema{Levels: []Level{{Key: "a", Width: 2}, {Key: "b"}}}
	for _, tc := range []struct {
		situation string
		schema    Schema
		text      string
		says      string
	}{
		{"nothing", ChinaSchema(), " ", "empty"},
		{"length inside a level", ChinaSchema(), "33011100100", "ends inside level village: levels end after 2, 4, 6, 9, 12, 15, 17 digits"},
		{"too long", ChinaSchema(), "330111001002003051", "too long"},
		{"a letter", ChinaSchema(), "3301x1", `level county needs 2 digits, not "x1"`},
		{"full-width digits", ChinaSchema(), "33０1", "level city needs 2 digits"},
		{"segment too short", ChinaSchema(), "33.1", `segment "1" of level city is not 2 digits`},
		{"empty segment", ChinaSchema(), "33..11", "level city is empty"},
		{"ends in a missing level", ChinaSchema(), "33.03.83.-", "ends in a missing level"},
		{"compact ends in a missing level", ChinaSchema(), "330383-", "ends in a missing level"},
		{"zeros name no unit", ChinaSchema(), "33.00.11", `write "-" for a missing level`},
		{"only zeros", ChinaSchema(), "000000", "names no unit"},
		{"too deep", councils(), "a.b.c", "3 segments, the schema only 2 levels"},
		{"compact where a level is free text", mixed, "01abc", "level b is free text; write the dotted path"},
		{"control character", councils(), "a\x00b", "has the character"},
		{"broken UTF-8", councils(), "a\xff", "not valid UTF-8"},
		{"space at a segment's end", councils(), "a .b", "begins or ends with a space"},
		{"endless segment", councils(), strings.Repeat("x", 65), "longer than 64 bytes"},
		{"schema without levels", Schema{}, "33", "schema has no levels"},
	} {
		got, err := tc.schema.Parse(tc.text)
		if err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: Parse(%q) = %q, %v; want an error that says %q", tc.situation, tc.text, got, err, tc.says)
		}
	}
}

func TestSchemaCheckRefusesUnusableLevels(t *testing.T) {
	for situation, levels := range map[string][]Level{
		"no levels":            {},
		"no key":               {{Width: 2}},
		"same key twice":       {{Key: "a"}, {Key: "a"}},
		"negative width":       {{Key: "a", Width: -1}},
		"endless width":        {{Key: "a", Width: 19}},
		"zeros in a free text": {{Key: "a", ZeroVoid: true}},
	} {
		if (Schema{Levels: levels}).Check() == nil {
			t.Errorf("%s: accepted", situation)
		}
	}
}

func TestCompactReadsBack(t *testing.T) {
	for _, tc := range []struct {
		code Code
		want string
	}{
		{"33.01.11.001.002", "330111001002"},
		{"44.19.-.003.001", "441900003001"},
		{"33.01.11.001.002.-.05", "330111001002-05"},
		{"not.one.of.ours", "not.one.of.ours"},
	} {
		if got := ChinaSchema().Compact(tc.code); got != tc.want {
			t.Errorf("Compact(%q) = %q, want %q", tc.code, got, tc.want)
		}
	}
	if got := councils().Compact("NORTH.27"); got != "NORTH.27" {
		t.Errorf("free text stays dotted, got %q", got)
	}
	s := ChinaSchema()
	rapid.Check(t, func(t *rapid.T) {
		depth := rapid.IntRange(1, len(s.Levels)).Draw(t, "depth")
		segs := make([]string, depth)
		for i, l := range s.Levels[:depth] {
			segs[i] = Missing
			if i == depth-1 || rapid.IntRange(0, 3).Draw(t, "missing") > 0 {
				segs[i] = fmt.Sprintf("%0*d", l.Width, rapid.IntRange(1, 99).Draw(t, "segment"))
			}
		}
		c := Code(strings.Join(segs, "."))
		for _, text := range []string{string(c), s.Compact(c)} {
			if got, err := s.Parse(text); err != nil || got != c {
				t.Fatalf("Parse(%q) = %q, %v; want %q", text, got, err, c)
			}
		}
	})
}

func TestLevelOf(t *testing.T) {
	s := ChinaSchema()
	for code, want := range map[Code]string{"33": "province", "33.03.83.-.001": "village", "33.01.11.001.002.003.05": "microgrid"} {
		if l, ok := s.LevelOf(code); !ok || l.Key != want {
			t.Errorf("LevelOf(%q) = %q, %v", code, l.Key, ok)
		}
	}
	for _, code := range []Code{"", "1.2.3.4.5.6.7.8"} {
		if l, ok := s.LevelOf(code); ok {
			t.Errorf("LevelOf(%q) = %q", code, l.Key)
		}
	}
}

// FuzzParse: whatever is read as a code is one of the schema, and is read again as itself, dotted and compact.
func FuzzParse(f *testing.F) {
	schemas := []Schema{ChinaSchema(), councils(), {Levels: []Level{{Key: "a", Width: 2}, {Key: "b", Width: 2}, {Key: "c"}}}}
	for i, text := range []string{"330111001002", "33.03.83.-.001", "330383-001", "330111000000", "441900003001", " 330111\n", "0102", "NORTH EAST LA 1.27", "中心城区"} {
		f.Add(uint8(i), text)
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		s := schemas[int(which)%len(schemas)]
		code, err := s.Parse(text)
		if err != nil {
			if code != "" || !strings.HasPrefix(err.Error(), "grid: ") {
				t.Fatalf("%q: %q, %v", text, code, err)
			}
			return
		}
		if err := s.CheckCode(code); err != nil {
			t.Fatalf("%q is read as %q: %v", text, code, err)
		}
		if len(code) > len(s.Levels)*(maxSegment+1) {
			t.Fatalf("a code of %d bytes", len(code))
		}
		for _, form := range []string{string(code), s.Compact(code)} {
			if again, err := s.Parse(form); err != nil || again != code {
				t.Fatalf("%q is read as %q, written %q and read as %q, %v", text, code, form, again, err)
			}
		}
	})
}

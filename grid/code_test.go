package grid

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCodeContainsBySegmentAndNeverByPrefix(t *testing.T) {
	for _, tc := range []struct {
		situation   string
		area, inner Code
		want        bool
	}{
		{"a township and its village", "33.01.11.001", "33.01.11.001.002", true},
		{"itself", "33.01", "33.01", true},
		{"a longer segment with the same beginning", "33.01", "33.011", false},
		{"a sibling", "33.01", "33.02", false},
		{"the area inside its own part", "33.01.11", "33.01", false},
		{"everything", "", "33.01", true},
		{"everything in a province", "33", "", false},
		{"below a missing level", "33.03.83", "33.03.83.-.001", true},
	} {
		if got := tc.area.Contains(tc.inner); got != tc.want {
			t.Errorf("%s: %q.Contains(%q) = %v", tc.situation, tc.area, tc.inner, got)
		}
	}
}

func TestCodeTakenApart(t *testing.T) {
	c := Code("33.03.83.-.001")
	if got := c.Segments(); !slices.Equal(got, []string{"33", "03", "83", "-", "001"}) {
		t.Errorf("Segments = %q", got)
	}
	if c.Depth() != 5 || Code("").Depth() != 0 || Code("33").Depth() != 1 {
		t.Error("Depth counts segments")
	}
	if Code("").Segments() != nil || Code("").Ancestors() != nil {
		t.Error("the empty code has no segments")
	}
	if got := c.Parent(); got != "33.03.83.-" {
		t.Errorf("Parent = %q", got)
	}
	if Code("33").Parent() != "" || Code("").Parent() != "" {
		t.Error("above the outermost unit is the empty code")
	}
	for n, want := range map[int]Code{-1: "", 0: "", 1: "33", 3: "33.03.83", 5: c, 9: c} {
		if got := c.Prefix(n); got != want {
			t.Errorf("Prefix(%d) = %q, want %q", n, got, want)
		}
	}
	want := []Code{"33", "33.03", "33.03.83", "33.03.83.-", c}
	if got := c.Ancestors(); !slices.Equal(got, want) {
		t.Errorf("Ancestors = %q", got)
	}
}

func TestCodeCommonAncestor(t *testing.T) {
	for _, tc := range []struct{ a, b, want Code }{
		{"33.01.11.001", "33.01.11.002", "33.01.11"},
		{"33.01", "33.01.11", "33.01"},
		{"33.01", "33.011", "33"},
		{"33", "44", ""},
		{"", "33", ""},
	} {
		if got := Common(tc.a, tc.b); got != tc.want {
			t.Errorf("Common(%q, %q) = %q, want %q", tc.a, tc.b, got, tc.want)
		}
		if got := Common(tc.b, tc.a); got != tc.want {
			t.Errorf("Common(%q, %q) = %q, want %q", tc.b, tc.a, got, tc.want)
		}
	}
}

// anyCode draws codes whose segments share beginnings, the case in which string order and segment order part.
func anyCode(t *rapid.T, label string) Code {
	seg := rapid.SampledFrom([]string{"1", "10", "1-", "1 a", "2", "-", "a", "一"})
	return Code(strings.Join(rapid.SliceOfN(seg, 1, 4).Draw(t, label), "."))
}

func TestCodeOrderIsTotalAndKeepsAreasTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anyCode(t, "a"), anyCode(t, "b"), anyCode(t, "c")
		if compareCodes(a, b) != -compareCodes(b, a) {
			t.Fatalf("%q and %q: not antisymmetric", a, b)
		}
		if (compareCodes(a, b) == 0) != (a == b) {
			t.Fatalf("%q and %q: equal only to itself", a, b)
		}
		if compareCodes(a, b) < 0 && compareCodes(b, c) < 0 && compareCodes(a, c) >= 0 {
			t.Fatalf("%q < %q < %q: not transitive", a, b, c)
		}
		if a != b && a.Contains(b) && compareCodes(b, a) >= 0 {
			t.Fatalf("%q lies inside %q and must come first", b, a)
		}
		if compareCodes(a, b) < 0 && compareCodes(b, c) < 0 && Common(a, c) != "" && !Common(a, c).Contains(b) {
			t.Fatalf("%q stands between %q and %q and outside their area", b, a, c)
		}
	})
}

func TestCodesWithoutALevel(t *testing.T) {
	for _, x := range []struct {
		code      Code
		n         int
		unit, low Code
	}{
		{"33.01.11.001.002", 4, "33.01.11.001", "33.01.11.001"},
		{"33.03.83.-.001.002", 4, "33.03.83", "33.03.83.-.001"},
		{"33.03.83.-.001.002", 3, "33.03.83", "33.03.83"},
		{"33.03.83", 4, "33.03.83", "33.03.83"},
		{"33.-.83.-.-.002", 2, "33", "33.-.83"},
		{"33.-.83.-.-.002", 4, "33.-.83", "33.-.83.-.-.002"},
		{"", 4, "", ""},
	} {
		if got := x.code.Prefix(x.n).Unit(); got != x.unit {
			t.Errorf("%q has the unit %q above %d, want %q", x.code, got, x.n, x.unit)
		}
		if got := x.code.Below(x.n); got != x.low {
			t.Errorf("%q has the part %q below %d, want %q", x.code, got, x.n, x.low)
		}
	}
}

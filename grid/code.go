package grid

import "strings"

// Code names a patch of ground by its path in the hierarchy, one segment a level, joined by dots:
// "33.01.11.001.002.003.05" is province 33, city 01, county 11, township 001, village 002, grid 003, micro-grid 05
// (division code 330111001002 down to the village). A level that a place does not have (龙港 has no townships) is
// written "-": "33.03.83.-.001". Codes are compared by segment and never by string prefix, so "33.01" does not
// contain "33.011". The empty Code contains everything.
type Code string

// Missing is the segment of a level that a place does not have.
const Missing = "-"

// Segments returns the parts of the code, outermost first; nil for the empty code.
func (c Code) Segments() []string {
	if c == "" {
		return nil
	}
	return strings.Split(string(c), ".")
}

// Depth is the number of segments.
func (c Code) Depth() int {
	if c == "" {
		return 0
	}
	return strings.Count(string(c), ".") + 1
}

// Contains tells whether d is c itself or lies inside it.
func (c Code) Contains(d Code) bool {
	return c == "" || c == d || (len(d) > len(c) && d[len(c)] == '.' && d[:len(c)] == c)
}

// Parent is the code one segment shorter; the empty code has itself as parent.
func (c Code) Parent() Code {
	if i := strings.LastIndexByte(string(c), '.'); i >= 0 {
		return c[:i]
	}
	return ""
}

// Prefix is the code cut to at most n segments.
func (c Code) Prefix(n int) Code {
	if n <= 0 {
		return ""
	}
	for i := 0; i < len(c); i++ {
		if c[i] != '.' {
			continue
		}
		if n--; n == 0 {
			return c[:i]
		}
	}
	return c
}

// Unit is the code without levels at its end that the place does not have: the unit that there really is. "33.03.83.-" is "33.03.83".
func (c Code) Unit() Code {
	for isMissing(c) {
		c = c.Parent()
	}
	return c
}

// Below is Prefix, and where the place does not have the level at which that stops, the next one that it has: "33.03.83.-.001.002" below 4
// segments is "33.03.83.-.001". It is by what the parts of an area are told apart.
func (c Code) Below(n int) Code {
	part := c.Prefix(n)
	for ; isMissing(part) && part != c; n++ {
		part = c.Prefix(n + 1)
	}
	return part
}

// isMissing tells whether the code stops at a level that the place does not have.
func isMissing(c Code) bool { return c == Missing || strings.HasSuffix(string(c), "."+Missing) }

// Ancestors are c and every code above it, outermost first, without the empty one.
func (c Code) Ancestors() []Code {
	if c == "" {
		return nil
	}
	out := make([]Code, 0, 8)
	for i := 0; i < len(c); i++ {
		if c[i] == '.' {
			out = append(out, c[:i])
		}
	}
	return append(out, c)
}

// Common is the deepest code that contains both.
func Common(a, b Code) Code {
	for !a.Contains(b) {
		a = a.Parent()
	}
	return a
}

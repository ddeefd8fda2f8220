package handlers

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/internal/boundary"
)

// feature takes one feature.
func (p *planReader) feature(from *boundary.Feature) {
	f := planFeature{from, property(from, p.Code, "code"), property(from, p.Name, "name"), property(from, p.Parent, ""), property(from, p.ParentName, "")}
	switch wrong := from.Wrong; {
	case f.code == "" && (wrong == nil || wrong.Reason != "feature"):
		p.refuse(f, "no_code", orDefault(p.Code, "code"))
	case wrong != nil:
		p.refuse(f, wrong.Reason, wrong.Detail)
	default:
		from.Properties = nil // a province's would fill the memory
		p.features = append(p.features, f)
	}
}

func orDefault(text, or string) string {
	if text == "" {
		return or
	}
	return text
}

// property is a property's text; numbers as they stand in the file, but for a fraction of zeros: some writers know no whole
// numbers.
func property(f *boundary.Feature, key, or string) string {
	v, ok := f.Property(orDefault(key, or))
	if !ok {
		return ""
	}
	if whole, fraction, _ := strings.Cut(v.Value, "."); v.Number && strings.Trim(fraction, "0") == "" {
		return whole
	}
	return strings.TrimSpace(v.Value)
}

// finish gives the features their codes, now that the schema is known.
func (p *planReader) finish() (*PlanInput, PlanFindings, error) {
	schema, err := p.schema()
	if err != nil {
		return nil, nil, boundary.Whole("levels", err.Error())
	}
	in := &PlanInput{Version: p.Version, Drawing: edition.Drawing{Schema: schema}}
	names := map[grid.Code]string{}
	for _, u := range p.head.Units {
		code, err := schema.Parse(u.Code)
		if err != nil {
			p.found = append(p.found, PlanFinding{Feature: -1, Code: u.Code, Reason: "code", Detail: err.Error()})
			continue
		}
		names[code] = u.Name
		in.Units = append(in.Units, grid.Unit{Code: code, Name: u.Name})
	}
	taken := map[grid.Code]bool{}
	for _, f := range p.features {
		if err := boundary.Place(f.Shape, p.CRS); err != nil {
			p.refuse(f, "coordinates", err.Error())
			continue
		}
		above, name := p.above(schema, f)
		code, err := p.code(schema, f, above)
		known, told := names[above]
		switch {
		case err != nil:
			p.refuse(f, "code", err.Error())
			continue
		case taken[code]:
			p.refuse(f, "code_taken", string(code))
			continue
		case name != "" && told && known != name:
			p.refuse(f, "parent_clash", name+" / "+known)
			continue
		case name != "" && !told:
			names[above] = name
			in.Units = append(in.Units, grid.Unit{Code: above, Name: name})
		}
		taken[code] = true
		in.Cells = append(in.Cells, grid.Cell{Code: code, Name: f.name, Shape: f.Shape})
	}
	slices.SortStableFunc(p.found, func(a, b PlanFinding) int { return cmp.Compare(a.Feature, b.Feature) })
	if len(in.Cells) == 0 { // an empty plan in force would leave every report without a place
		return nil, nil, p.found
	}
	return in, p.found, nil
}

// above is the unit that a feature names as its parent, and that unit's name; "" if files of this kind name none.
func (p *planReader) above(schema grid.Schema, f planFeature) (grid.Code, string) {
	if p.Parent == "" && p.ParentName == "" {
		return "", ""
	}
	text, name := f.parent, f.parentName
	if text == "" {
		text = name
	}
	if text == "" {
		return grid.Missing, ""
	}
	if name == "" && slug(text) != text {
		name = text
	}
	if code, err := schema.Parse(text); err == nil && (schema.Levels[0].Width > 0 || slug(text) == text) {
		return code, name
	}
	return grid.Code(slug(text)), name
}

// code is the feature's path.
func (p *planReader) code(schema grid.Schema, f planFeature, above grid.Code) (grid.Code, error) {
	if above == "" {
		return schema.Parse(f.code)
	}
	level := above.Depth()
	if level >= len(schema.Levels) {
		return "", fmt.Errorf("there is no level below %s", above)
	}
	own := f.code
	if schema.Levels[level].Width == 0 {
		own = slug(own)
	}
	code := above + "." + grid.Code(own)
	return code, schema.CheckCode(code)
}

// slug makes a segment of a code from free text: letters and digits of any script, the rest folded into single dashes, so
// that it needs no dot and no escaping in an address.
func slug(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

// schema is the hierarchy of the file: as asked for, as the file says, or as its features suggest.
func (p *planReader) schema() (grid.Schema, error) {
	switch {
	case p.Levels != "":
		return parseLevels(p.Levels)
	case p.head.Schema != nil:
		var s grid.Schema
		for _, l := range p.head.Schema.Levels {
			s.Levels = append(s.Levels, grid.Level(l))
		}
		return s, s.Check()
	case p.Parent != "" || p.ParentName != "":
		return grid.Schema{Levels: []grid.Level{
			{Key: "area", NameZh: "片区", NameEn: "area"},
			{Key: "cell", NameZh: "网格", NameEn: "cell"},
		}}, nil
	}
	return grid.ChinaSchema(), nil
}

// parseLevels reads "china" or "key[:digits],…".
func parseLevels(text string) (grid.Schema, error) {
	if strings.EqualFold(text, "china") {
		return grid.ChinaSchema(), nil
	}
	var s grid.Schema
	for _, part := range strings.Split(text, ",") {
		key, width, fixed := strings.Cut(strings.TrimSpace(part), ":")
		level := grid.Level{Key: key, NameZh: key, NameEn: key}
		if fixed {
			n, err := strconv.Atoi(width)
			if err != nil {
				return grid.Schema{}, fmt.Errorf("%q is no number of digits", width)
			}
			level.Width = n
		}
		s.Levels = append(s.Levels, level)
	}
	return s, s.Check()
}

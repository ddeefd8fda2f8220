package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// feature reads one feature; only broken JSON ends the reading.
func (p *planReader) feature() error {
	f := planFeature{index: p.seen}
	p.seen++
	var raw struct {
		Type       string
		Properties map[string]any
		Geometry   *struct {
			Type        string
			Coordinates json.RawMessage
		}
	}
	var wrong *json.UnmarshalTypeError
	if err := p.dec.Decode(&raw); errors.As(err, &wrong) {
		p.refuse(f, "feature", wrong.Field)
		return nil
	} else if err != nil {
		return err
	}
	f.code = property(raw.Properties, p.Code, "code")
	f.name = property(raw.Properties, p.Name, "name")
	f.parent = property(raw.Properties, p.Parent, "")
	f.parentName = property(raw.Properties, p.ParentName, "")
	switch {
	case raw.Type != "Feature":
		p.refuse(f, "feature", raw.Type)
	case f.code == "":
		p.refuse(f, "no_code", orDefault(p.Code, "code"))
	case raw.Geometry == nil:
		p.refuse(f, "geometry_type", "null")
	default:
		shape, reason, err := p.shape(raw.Geometry.Type, raw.Geometry.Coordinates)
		if err != nil {
			p.refuse(f, reason, err.Error())
			return nil
		}
		f.cell = grid.Cell{Name: f.name, Shape: shape}
		p.features = append(p.features, f)
	}
	return nil
}

func orDefault(text, or string) string {
	if text == "" {
		return or
	}
	return text
}

// property is a property's text; numbers as they stand in the file.
func property(all map[string]any, key, or string) string {
	switch v := all[orDefault(key, or)].(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return strings.TrimSuffix(v.String(), ".0") // some writers know no whole numbers
	}
	return ""
}

// shape reads a geometry. Positions are read as slices: into orb's arrays a position of one number would pass for one with
// latitude 0.
func (p *planReader) shape(kind string, raw json.RawMessage) (orb.MultiPolygon, string, error) {
	var polygons [][][][]float64
	var err error
	switch kind {
	case "Polygon":
		var one [][][]float64
		err = json.Unmarshal(raw, &one)
		polygons = [][][][]float64{one}
	case "MultiPolygon":
		err = json.Unmarshal(raw, &polygons)
	default:
		return nil, "geometry_type", errors.New(orDefault(kind, "null"))
	}
	if err != nil || bytes.Contains(raw, []byte("null")) { // which passes for 0
		return nil, "coordinates", errors.New("not an array of positions")
	}
	shape := make(orb.MultiPolygon, len(polygons))
	for i, rings := range polygons {
		shape[i] = make(orb.Polygon, len(rings))
		for j, ring := range rings {
			if shape[i][j], err = p.ring(ring); err != nil {
				return nil, "coordinates", err
			}
		}
	}
	return shape, "", nil
}

func (p *planReader) ring(positions [][]float64) (orb.Ring, error) {
	ring := make(orb.Ring, len(positions))
	for k, pos := range positions {
		if len(pos) < 2 {
			return nil, fmt.Errorf("position %d has %d numbers", k, len(pos))
		}
		pt := orb.Point{pos[0], pos[1]}
		var err error
		if p.CRS != "" {
			pt, err = grid.ToWGS84(pt, p.CRS)
		} else {
			err = grid.CheckPoint(pt)
		}
		if err != nil {
			return nil, fmt.Errorf("position %d: %w", k, err)
		}
		ring[k] = pt
	}
	return ring, nil
}

// finish gives the features their codes, now that the schema is known.
func (p *planReader) finish() (*PlanInput, PlanFindings, error) {
	schema, err := p.schema()
	if err != nil {
		return nil, nil, whole("levels", err.Error())
	}
	in := &PlanInput{Version: p.Version, Schema: schema}
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
		f.cell.Code = code
		in.Cells = append(in.Cells, f.cell)
	}
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

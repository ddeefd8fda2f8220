package handlers

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"fengqiao/grid"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// PlanOptions says how a GeoJSON file (RFC 7946) is to be read as a plan. The zero value reads the product's own plan
// files (fixtures/README.md).
type PlanOptions struct {
	// Code and Name are the properties of a feature that hold its code and name; "" means "code" and "name".
	Code, Name string
	// Parent is the property with the code of the unit above, ParentName the one with its name. With either, a cell's own
	// code is one segment below that unit; with neither it is the whole path.
	Parent, ParentName string
	// Levels names the hierarchy: "china", or the levels outermost first, as "region,council" or "county:6,grid:3" with the
	// digits of a segment. "" takes the file's own schema; without one it is China's, or, where cells have a parent
	// property, two free levels.
	Levels string
	// Version names this edition; "" takes the file's, or else makes one from its content, so that the same file has
	// the same version.
	Version string
	// CRS is the datum of the coordinates; "" is WGS-84. A file that declares another one than WGS-84 is refused, whatever
	// stands here.
	CRS grid.CRS
}

// PlanInput is what a plan is made of, as grid.NewPlan wants it.
type PlanInput struct {
	Version string
	Schema  grid.Schema
	Units   []grid.Unit
	Cells   []grid.Cell
}

// PlanFinding is one thing wrong with a plan file.
type PlanFinding struct {
	Feature int    // its position among the features, from 0; -1 for the file as a whole
	Code    string // as it was given, "" if unknown
	Reason  string // key of planReasons
	Detail  string // what was found instead, as it stands in the file
}

// PlanFindings are all things wrong with a plan file, in its order. They are an error where nothing could be read.
type PlanFindings []PlanFinding

func (f PlanFindings) Error() string { return "handlers: plan: " + f.Text("en") }

// Text lists the findings in the language ("zh…", else English), one a line.
func (f PlanFindings) Text(lang string) string {
	lines := make([]string, len(f))
	for i, x := range f {
		lines[i] = x.Text(lang)
	}
	return strings.Join(lines, "\n")
}

// Text is the finding on one line in the language ("zh…", else English).
func (f PlanFinding) Text(lang string) string {
	zh := strings.HasPrefix(lang, "zh")
	var b strings.Builder
	if f.Feature >= 0 {
		fmt.Fprintf(&b, choose(zh, "第%d个要素", "feature %d"), f.Feature)
		if f.Code != "" {
			fmt.Fprintf(&b, choose(zh, "（%s）", " (%s)"), f.Code)
		}
		b.WriteString(choose(zh, "：", ": "))
	}
	text := planReasons[f.Reason]
	b.WriteString(choose(zh, text[0], text[1]))
	if f.Detail != "" {
		b.WriteString(choose(zh, "：", ": ") + f.Detail)
	}
	return b.String()
}

// planReasons is every reason why a plan file, or a part of it, is refused, in Chinese and English.
var planReasons = map[string][2]string{
	"json":          {"不是有效的 JSON", "is not valid JSON"},
	"utf8":          {"不是有效的 UTF-8 编码", "is not valid UTF-8"},
	"not_features":  {"不是 GeoJSON 要素集（FeatureCollection）", "is no GeoJSON FeatureCollection"},
	"no_features":   {"没有任何要素", "has no features"},
	"crs":           {"坐标系不是 WGS-84，请先转换", "the declared coordinate system is not WGS-84; convert the file first"},
	"levels":        {"层级说明无效", "the levels cannot be used"},
	"feature":       {"不是有效的要素", "is no feature"},
	"no_code":       {"缺少编码属性", "lacks the property with the code"},
	"code":          {"编码无效", "the code cannot be used"},
	"code_taken":    {"编码重复", "the code was given before"},
	"parent_clash":  {"两个上级名称得出同一编码", "two names of parents lead to one code"},
	"geometry_type": {"几何类型须为 Polygon 或 MultiPolygon", "the geometry must be a Polygon or MultiPolygon"},
	"coordinates":   {"坐标无效", "the coordinates cannot be used"},
	"refused":       {"方案检查未通过", "was refused by the plan's checks"},
}

func choose(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// ReadPlan reads a GeoJSON FeatureCollection, feature by feature. Features that cannot be used are left out and told
// among the findings; the error, then of type PlanFindings or the reader's own, means that nothing can be used. What
// comes back has not been checked as a whole: grid.NewPlan does that.
func ReadPlan(r io.Reader, o PlanOptions) (*PlanInput, PlanFindings, error) {
	sum := sha256.New()
	src := bufio.NewReader(transform.NewReader(io.TeeReader(r, sum), encoding.UTF8Validator))
	if bom, _ := src.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = src.Discard(3)
	}
	p := planReader{PlanOptions: o, dec: json.NewDecoder(src)}
	p.dec.UseNumber()
	if err := p.collection(); err != nil {
		return nil, nil, p.fatal(err)
	}
	// The rest is read so that the sum covers the whole file, and so that nothing stands behind it.
	if _, err := p.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, p.fatal(cmpErr(err, errors.New("text behind the end")))
	}
	if p.Version == "" {
		p.Version = p.head.Version
	}
	if p.Version == "" {
		p.Version = "sha256-" + hex.EncodeToString(sum.Sum(nil)[:8])
	}
	return p.finish()
}

func cmpErr(err, or error) error {
	if err != nil {
		return err
	}
	return or
}

// planReader is one reading of a plan file.
type planReader struct {
	PlanOptions
	dec      *json.Decoder
	head     planHead
	features []planFeature
	seen     int // features read, usable or not
	found    PlanFindings
}

// planHead is the members of a collection that stand beside its features.
type planHead struct {
	Type    string
	Version string
	Schema  *planSchema
	Units   []unitText
}

type planSchema struct {
	Levels []levelText `json:"levels"`
}

type levelText struct {
	Key      string `json:"key"`
	NameZh   string `json:"nameZh"`
	NameEn   string `json:"nameEn"`
	Width    int    `json:"width"`
	ZeroVoid bool   `json:"zeroVoid"`
}

type unitText struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// planFeature is a feature whose shape is read; its codes wait for the schema, which may stand behind the features.
type planFeature struct {
	index              int
	code, name         string
	parent, parentName string
	cell               grid.Cell
}

// fatal turns a failure to read into a finding about the file, where it is the file's fault.
func (p *planReader) fatal(err error) error {
	var found PlanFindings
	var syntax *json.SyntaxError
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &found):
		return err
	case strings.Contains(err.Error(), "invalid UTF-8"):
		return whole("utf8", "")
	case errors.As(err, &syntax), errors.As(err, &wrongType), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return whole("json", err.Error())
	case strings.HasPrefix(err.Error(), "text behind"):
		return whole("json", err.Error())
	}
	return fmt.Errorf("handlers: plan: %w", err)
}

func whole(reason, detail string) PlanFindings {
	return PlanFindings{{Feature: -1, Reason: reason, Detail: detail}}
}

func (p *planReader) refuse(f planFeature, reason, detail string) {
	p.found = append(p.found, PlanFinding{Feature: f.index, Code: f.code, Reason: reason, Detail: detail})
}

// collection reads the outermost object.
func (p *planReader) collection() error {
	if err := p.delim('{'); err != nil {
		return err
	}
	for p.dec.More() {
		key, err := p.dec.Token()
		if err != nil {
			return err
		}
		if err := p.member(key.(string)); err != nil {
			return err
		}
	}
	if _, err := p.dec.Token(); err != nil {
		return err
	}
	if p.head.Type != "FeatureCollection" {
		return whole("not_features", p.head.Type)
	}
	if p.seen == 0 {
		return whole("no_features", "")
	}
	return nil
}

func (p *planReader) delim(want json.Delim) error {
	t, err := p.dec.Token()
	if err != nil {
		return err
	}
	if t != want {
		return whole("not_features", "")
	}
	return nil
}

func (p *planReader) member(key string) error {
	switch key {
	case "type":
		return p.dec.Decode(&p.head.Type)
	case "version":
		return p.dec.Decode(&p.head.Version)
	case "schema":
		return p.dec.Decode(&p.head.Schema)
	case "units":
		return p.dec.Decode(&p.head.Units)
	case "crs":
		return p.declared()
	case "features":
		if err := p.delim('['); err != nil {
			return err
		}
		for p.dec.More() {
			if err := p.feature(); err != nil {
				return err
			}
		}
		_, err := p.dec.Token()
		return err
	}
	var skipped json.RawMessage
	return p.dec.Decode(&skipped)
}

// sameAsWGS84 are the systems that name WGS-84 degrees; CGCS2000 (EPSG:4490), China's official one, differs from it by
// centimetres. Names end so: "urn:ogc:def:crs:EPSG::4326", "EPSG:4326".
var sameAsWGS84 = []string{"crs84", "epsg:4326", "epsg::4326", "epsg:4490", "epsg::4490", "wgs84"}

// declared reads the crs member of the older GeoJSON of 2008. RFC 7946 did away with it, but files still bear it, and to
// take metres for degrees would put a county into the sea.
func (p *planReader) declared() error {
	var raw json.RawMessage
	if err := p.dec.Decode(&raw); err != nil {
		return err
	}
	if string(raw) == "null" {
		return nil
	}
	var name string
	if json.Unmarshal(raw, &name) != nil {
		var crs struct{ Properties struct{ Name, Href string } }
		if err := json.Unmarshal(raw, &crs); err != nil {
			return whole("crs", string(raw))
		}
		if name = crs.Properties.Name; name == "" {
			name = crs.Properties.Href
		}
	}
	for _, same := range sameAsWGS84 {
		if strings.HasSuffix(strings.ToLower(name), same) {
			return nil
		}
	}
	return whole("crs", name)
}

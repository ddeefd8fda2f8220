package boundary

import (
	"fmt"
	"strconv"
	"strings"
)

// Finding is one thing wrong with a file of boundaries, or with the plan that is made of it.
type Finding struct {
	Feature int    // its position among the features, from 0; -1 for the file as a whole
	Code    string // as it was given, "" if unknown
	Reason  string // key of Reasons
	Detail  string // what was found instead, as it stands in the file
	Line    int    // where in a file of lines, from 1; 0 if unknown
	Offset  int64  // where in bytes; 0 if unknown
}

// Findings are all things wrong with a file, in its order. They are an error where nothing could be read.
type Findings []Finding

func (f Findings) Error() string { return f.Text("en") }

// Text lists the findings in the language ("zh…", else English), one a line.
func (f Findings) Text(lang string) string {
	lines := make([]string, len(f))
	for i, x := range f {
		lines[i] = x.Text(lang)
	}
	return strings.Join(lines, "\n")
}

// Text is the finding on one line in the language ("zh…", else English).
func (f Finding) Text(lang string) string {
	zh := strings.HasPrefix(lang, "zh")
	var b strings.Builder
	if f.Feature >= 0 {
		fmt.Fprintf(&b, choose(zh, "第%d个要素", "feature %d"), f.Feature)
		if f.Code != "" {
			fmt.Fprintf(&b, choose(zh, "（%s）", " (%s)"), f.Code)
		}
	}
	if place := f.place(zh); place != "" {
		if b.Len() > 0 {
			b.WriteString(choose(zh, "，", ", "))
		}
		b.WriteString(place)
	}
	if b.Len() > 0 {
		b.WriteString(choose(zh, "：", ": "))
	}
	text := Reasons[f.Reason]
	b.WriteString(choose(zh, text[0], text[1]))
	if f.Detail != "" {
		b.WriteString(choose(zh, "：", ": ") + f.Detail)
	}
	return b.String()
}

func (f Finding) place(zh bool) string {
	switch {
	case f.Line > 0:
		return fmt.Sprintf(choose(zh, "第%d行", "line %d"), f.Line)
	case f.Offset > 0:
		return fmt.Sprintf(choose(zh, "第%d字节", "byte %d"), f.Offset)
	}
	return ""
}

// Reasons is every reason why a file of boundaries or a plan, or a part of it, is refused, in Chinese and English.
var Reasons = map[string][2]string{
	// of any file
	"format":        {"不是能读取的文件格式（GeoJSON、GeoJSON 序列、Shapefile、带 WKT 的 CSV）", "is in no format that can be read (GeoJSON, GeoJSON sequence, Shapefile, CSV with WKT)"},
	"truncated":     {"文件不完整", "is cut off"},
	"utf8":          {"不是有效的 UTF-8 编码", "is not valid UTF-8"},
	"no_features":   {"没有任何要素", "has no features"},
	"crs":           {"坐标系无法换算为 WGS-84，请先转换", "is in a coordinate system that is not converted to WGS-84 here; convert the file first"},
	"crs_clash":     {"声明的坐标系互相矛盾", "declares two coordinate systems"},
	"feature":       {"不是有效的要素", "is no feature"},
	"geometry_type": {"几何类型须为 Polygon 或 MultiPolygon", "the geometry must be a Polygon or MultiPolygon"},
	"coordinates":   {"坐标无效", "the coordinates cannot be used"},
	"too_large":     {"超出上限", "is larger than the limit"},
	"too_deep":      {"嵌套过深", "is nested too deeply"},
	// of GeoJSON
	"json":         {"不是有效的 JSON", "is not valid JSON"},
	"not_features": {"不是 GeoJSON 要素集（FeatureCollection）", "is no GeoJSON FeatureCollection"},
	// of Shapefiles
	"shapefile":        {"不是有效的 Shapefile", "is no valid Shapefile"},
	"dbf":              {"属性文件（.dbf）无效", "the table of attributes (.dbf) cannot be used"},
	"dbf_missing":      {"缺少同名的属性文件（.dbf）", "the table of attributes (.dbf) of the same name is missing"},
	"dbf_rows":         {"图形与属性的条数不同", "has not as many shapes as rows of attributes"},
	"encoding":         {"文字与所声明的编码不符，请附上正确的 .cpg", "has text that is not in the declared encoding; put the right .cpg beside it"},
	"encoding_unknown": {"不支持的文字编码（支持 UTF-8、GBK、GB18030）", "has text in an encoding that is not known (UTF-8, GBK and GB18030 are)"},
	// of CSV
	"csv":    {"不是有效的 CSV", "is not valid CSV"},
	"no_wkt": {"没有 WKT 几何列", "has no column with WKT"},
	"wkt":    {"不是有效的 WKT", "is not valid WKT"},
	// of a plan
	"levels":       {"层级说明无效", "the levels cannot be used"},
	"no_code":      {"缺少编码属性", "lacks the property with the code"},
	"code":         {"编码无效", "the code cannot be used"},
	"code_taken":   {"编码重复", "the code was given before"},
	"parent_clash": {"两个上级名称得出同一编码", "two names of parents lead to one code"},
	"refused":      {"方案检查未通过", "was refused by the plan's checks"},
}

func choose(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// Whole is an error about the file.
func Whole(reason, detail string) Findings {
	return Findings{{Feature: -1, Reason: reason, Detail: detail}}
}

func (f *Feature) refuse(reason, detail string) {
	f.Shape = nil
	f.Wrong = &Finding{Feature: f.Index, Reason: reason, Detail: detail, Line: f.Line, Offset: f.Offset}
}

// positionError says which position of a ring cannot be used.
type positionError struct {
	at    int
	cause error
}

func (e *positionError) Error() string {
	return "position " + strconv.Itoa(e.at) + ": " + e.cause.Error()
}
func (e *positionError) Unwrap() error { return e.cause }

func atMost(n int, what string) string { return "at most " + strconv.Itoa(n) + " " + what }

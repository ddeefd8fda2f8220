package boundary

import (
	"encoding/json"
	"strings"

	"fengqiao/grid"
)

// codes are the EPSG and ESRI numbers of the systems that grid knows.
var codes = map[string]grid.CRS{
	"4326": grid.WGS84, "4490": grid.CGCS2000,
	"3857": grid.WebMercator, "900913": grid.WebMercator, "102100": grid.WebMercator, "102113": grid.WebMercator,
}

// names are the systems' names without case, blanks and punctuation, as GeoJSON and .prj files spell them.
var names = map[string]grid.CRS{
	"wgs84": grid.WGS84, "wgs1984": grid.WGS84, "gcswgs1984": grid.WGS84, "crs84": grid.WGS84,
	"cgcs2000": grid.CGCS2000, "gcscgcs2000": grid.CGCS2000, "chinageodeticcoordinatesystem2000": grid.CGCS2000,
	"gcschinageodeticcoordinatesystem2000": grid.CGCS2000,
	"wgs84pseudomercator":                  grid.WebMercator, "wgs84webmercator": grid.WebMercator, "wgs1984webmercator": grid.WebMercator,
	"wgs1984webmercatorauxiliarysphere": grid.WebMercator, "webmercator": grid.WebMercator,
	"popularvisualisationcrsmercator": grid.WebMercator, "googlemapsglobalmercator": grid.WebMercator,
	"gcj02": grid.GCJ02, "gcsgcj02": grid.GCJ02, "bd09": grid.BD09, "bd09ll": grid.BD09, "gcsbd09": grid.BD09,
}

// namedCRS is the system of a name such as "EPSG:4326", "urn:ogc:def:crs:OGC:1.3:CRS84", "CGCS2000" or "GCJ-02"; false for
// one that grid does not know.
func namedCRS(name string) (grid.CRS, bool) {
	text := strings.ToLower(strings.TrimSpace(name))
	for _, authority := range []string{"epsg", "esri"} {
		if i := strings.LastIndex(text, authority); i >= 0 {
			number := strings.TrimLeft(text[i+len(authority):], ":/0")
			if j := strings.LastIndexAny(number, ":/"); j >= 0 { // a version stands before the number
				number = number[j+1:]
			}
			crs, ok := codes[number]
			return crs, ok
		}
	}
	if strings.HasPrefix(text, "urn:") || strings.HasPrefix(text, "http") {
		text = text[strings.LastIndexAny(text, ":/")+1:]
	}
	crs, ok := names[plainName(text)]
	return crs, ok
}

func plainName(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(text))
}

// memberCRS reads the crs member of the older GeoJSON of 2008. RFC 7946 did away with it, but files still bear it, and to
// take metres for degrees would put a county into the sea. name is "" if none is declared.
func memberCRS(raw []byte) (name string, crs grid.CRS, ok bool) {
	if string(raw) == "null" {
		return "", "", true
	}
	if json.Unmarshal(raw, &name) != nil {
		var member struct {
			Properties struct {
				Name, Href string
				Code       json.Number
			}
		}
		if err := json.Unmarshal(raw, &member); err != nil {
			return string(raw), "", false
		}
		switch p := member.Properties; {
		case p.Name != "":
			name = p.Name
		case p.Code != "":
			name = "EPSG:" + p.Code.String()
		default:
			name = p.Href
		}
	}
	if name == "" {
		return string(raw), "", false
	}
	crs, ok = namedCRS(name)
	return name, crs, ok
}

// projection is the system that a .prj file names, as WKT of any version. Its own name decides, and else its authority's
// number: writers shorten names, and many give no number. name is how the file calls it, for the refusal of another.
func projection(text string) (name string, crs grid.CRS, ok bool) {
	root, rest, found := strings.Cut(strings.TrimSpace(strings.TrimPrefix(text, "\ufeff")), "[")
	if !found {
		return strings.TrimSpace(root), "", false
	}
	name = quoted(rest)
	number := authority(rest)
	if number != "" {
		if crs, ok = codes[number]; ok {
			return name, crs, true
		}
		return name + " (" + number + ")", "", false
	}
	crs, ok = names[plainName(name)]
	// A datum and a projection of it can share a name; the keyword tells degrees from metres.
	metres := strings.HasPrefix(strings.ToUpper(strings.TrimSpace(root)), "PROJ")
	return name, crs, ok && metres == (crs == grid.WebMercator)
}

// quoted is the first text between quotes.
func quoted(wkt string) string {
	_, rest, _ := strings.Cut(wkt, `"`)
	name, _, _ := strings.Cut(rest, `"`)
	return name
}

// authority is the number that AUTHORITY["EPSG",…] or ID["EPSG",…] gives the outermost system, "" if it has none.
func authority(wkt string) string {
	depth, text := 0, false
	for i := 0; i < len(wkt); i++ {
		switch c := wkt[i]; {
		case c == '"':
			text = !text
		case text:
		case c == ']' || c == ')':
			depth--
		case c == '[' || c == '(':
			key := strings.ToUpper(wkt[:i])
			if depth == 0 && (strings.HasSuffix(key, "AUTHORITY") || strings.HasSuffix(key, ",ID") || strings.HasSuffix(key, " ID")) {
				inside, _, _ := strings.Cut(wkt[i+1:], "]")
				_, number, _ := strings.Cut(inside, ",")
				number, _, _ = strings.Cut(number, ",") // a version may follow
				return strings.Trim(number, "\" \t\r\n")
			}
			depth++
		}
	}
	return ""
}

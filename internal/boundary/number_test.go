package boundary

import (
	"encoding/json"
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// same tells whether a text is read as encoding/json and strconv read it: the same grammar and the same bits.
func same(t interface{ Errorf(string, ...any) }, text string) {
	got, n := number([]byte(text))
	valid := json.Valid([]byte(text)) && text[0] != '"' && text[0] > ' ' && text[len(text)-1] > ' ' && (text[0] == '-' || text[0]-'0' <= 9)
	if (n == len(text)) != valid {
		t.Errorf("%q: %d bytes, valid %v", text, n, valid)
		return
	}
	if !valid {
		return
	}
	want, err := strconv.ParseFloat(text, 64)
	if err != nil {
		want = math.Inf(1)
	}
	if math.Float64bits(got) != math.Float64bits(want) {
		t.Errorf("%q: %v, want %v", text, got, want)
	}
}

var numbers = []string{"0", "-0", "0.0", "-0.0", "1", "-118.45005171864273", "34.249915100597775", "-13161232.307599999011", "9007199254740992", "9007199254740993",
	"9007199254740992e22", "9007199254740993e22", "9007199254740992e-22", "1e22", "1e23", "1e-22", "1e-23", "18446744073709551615", "18446744073709551616", "99999999999999999999",
	"0.000000000000000000000000000001", "1.7976931348623157e308", "1.7976931348623159e308", "-1e999", "5e-324", "2e-324", "1e99999999999999999999", "1e-99999999999999999999",
	"0e99999999999999999999", "2.2250738585072011e-308", "1E5", "1e+5", "1e05", "01", "-", "-a", "1.", ".5", "+1", "1e", "1e+", "1.e5", "0x1p4", "1_000", "Inf", "NaN", "--1", "1.2.3"}

func TestNumbersAreThoseOfStrconvBitForBit(t *testing.T) {
	for _, text := range numbers {
		same(t, text)
	}
	rapid.Check(t, func(t *rapid.T) {
		same(t, rapid.StringMatching(`-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?`).Draw(t, "any number"))
		same(t, rapid.StringMatching(`-?1?[0-9]{1,2}\.[0-9]{1,15}`).Draw(t, "degrees"))
		v := rapid.Float64().Draw(t, "any double")
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			for _, format := range []byte("efg") {
				text := strconv.FormatFloat(v, format, -1, 64)
				if format == 'f' && len(text) > 400 {
					continue
				}
				same(t, text)
			}
		}
	})
}

func FuzzNumber(f *testing.F) {
	for _, text := range numbers {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text != "" {
			same(t, text)
		}
	})
}

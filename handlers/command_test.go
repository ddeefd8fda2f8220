package handlers

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"fengqiao/mediation"
)

func TestEveryCommandOfTheStateTableHasABody(t *testing.T) {
	for _, rule := range mediation.Table {
		if commandBodies[rule.Command] == nil {
			t.Errorf("%s has none", rule.Command)
		}
	}
	if len(commandBodies) != len(mediation.Table) {
		t.Errorf("%d bodies for %d commands", len(commandBodies), len(mediation.Table))
	}
}

func TestEveryEventIsNamed(t *testing.T) {
	begun := regexp.MustCompile(`(?:begin\(|note\(|kind(?:, notice)? :?= )"([a-z_]+)"`)
	var files []string
	for _, room := range []string{"../mediation/*.go", "../mediation/study/*.go", "../mediation/docket/*.go"} {
		some, err := filepath.Glob(room)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, some...)
	}
	found := 0
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range begun.FindAllStringSubmatch(string(src), -1) {
			found++
			if _, ok := eventTexts[m[1]]; !ok {
				t.Errorf("the event %s of %s has no name", m[1], f)
			}
		}
	}
	if found < len(eventTexts) {
		t.Errorf("only %d events were found for %d names", found, len(eventTexts))
	}
}

func TestTextsAreBoundedWhereverTheyStand(t *testing.T) {
	long := strings.Repeat("字", mediation.MaxText+1)
	tests := map[string]struct {
		v     any
		field string
	}{
		"a remark":               {remarkBody{Remark: long}, "remark"},
		"a text of a part":       {struct{ behalfBody }{behalfBody{Party: long}}, "party"},
		"a reason at its own":    {reasonBody{Reason: long[:603]}, "reason"},
		"a party's name, inside": {reportBody{Parties: []wireParty{{}, {Name: long}}}, "parties[1].name"},
		"an item of a list":      {reportBody{Photos: []string{"x", long}}, "photos[1]"},
		"through a pointer": {struct {
			P *remarkBody `json:"p"`
		}{&remarkBody{long}}, "p.remark"},
		"nothing":              {reportBody{}, ""},
		"as long as it may be": {remarkBody{Remark: long[:len(long)-3]}, ""},
	}
	for name, tt := range tests {
		err := checkLengths(reflect.ValueOf(tt.v), "")
		if p, ok := err.(*Problem); ok != (tt.field != "") || ok && (p.Field != tt.field || p.Code != "too_long") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestANameHoldsNoCharactersThatNobodySees(t *testing.T) {
	for text, code := range map[string]string{"王\u0007示例": "U+0007", "王\u202e示例": "U+202E", "王示例\u2066": "U+2066", "王\x7f": "U+007F", "王示例 Wang": "", "第一行\n第二行": ""} {
		err := checkLengths(reflect.ValueOf(reportBody{Parties: []wireParty{{Name: text}}}), "")
		p, refused := err.(*Problem)
		if refused != (code != "") || refused && (p.Code != "unseen_character" || p.Field != "parties[0].name" || p.Params["code"] != code) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestMasksLeaveEnoughToKnowItBy(t *testing.T) {
	for in, want := range map[string]string{"": "", "110": "***", "13800001234": "138****1234", "0571-63320000": "057******0000", "12345678": "********"} {
		if got := maskPhone(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if got := maskID("330183199001011234"); got != "3301**********1234" {
		t.Errorf("%s", got)
	}
}

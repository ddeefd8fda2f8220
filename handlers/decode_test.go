package handlers

import (
	"maps"
	"math"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"unicode/utf8"

	"fengqiao/mediation"

	"github.com/go-json-experiment/json"
	"github.com/gofiber/fiber/v2"
)

// FuzzDecode: a body is refused in words, or written and read again the same; what a report or a command makes of it keeps the bounds.
func FuzzDecode(f *testing.F) {
	commands := slices.Sorted(maps.Keys(commandBodies))
	for _, text := range []string{
		`{"clientId":"6f1d1c0e-3c55-4a3b-9d0e-2b7f0f9e6b11","text":"楼上漏水","category":"neighbour","severity":2,"point":{"type":"Point","coordinates":[119.95,30.05],"crs":"gcj02"},
			"phoneTime":"2026-03-01T09:30:15+08:00","photos":["a"],"parties":[{"kind":"person","side":"respondent","name":"n","phone":"13800001234","kin":["x"]}]}`,
		`{"text":1}`, `{"text":"a","text":"b"}`, `{"other":1}`, `{"point":{"coordinates":[1e400,0]}}`, `{"parties":[{},{"name":[]}]}`, "{\"text\":\"\xff\"}", ` `, `{}x`,
		`{"at":"2026-03-01T09:30:15Z","attended":["a"],"notes":"n","open":true,"place":"33.01"}`, `{"reason":"x","remark":"y"}`, `{"seat":-1}`, `{"kept":true,"resolved":false}`,
	} {
		for i := range 3 {
			f.Add(uint8(i*7), []byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, src []byte) {
		var b, again reportBody
		if err := decodeJSON(src, &b); err != nil {
			refusedAs(t, err, http.StatusBadRequest, http.StatusUnprocessableEntity)
		} else {
			said, err := json.Marshal(&b)
			if err != nil || decodeJSON(said, &again) != nil {
				t.Fatalf("%s: %v", said, err)
			}
			if twice, err := json.Marshal(&again); err != nil || string(twice) != string(said) {
				t.Fatalf("%s is read as %s, %v", said, twice, err)
			}
			reported(t, &b)
		}
		name := commands[int(which)%len(commands)]
		c := called(t, "127.0.0.1", fiber.HeaderContentType, "application/json")
		c.body, c.read = src, true
		if cmd, err := commandBodies[name](c); err != nil {
			refusedAs(t, err, http.StatusBadRequest, http.StatusUnprocessableEntity)
		} else if cmd == nil {
			t.Fatalf("%s makes no command of %q", name, src)
		} else {
			textsKept(t, reflect.ValueOf(cmd))
		}
	})
}

func reported(t *testing.T, b *reportBody) {
	in, err := b.input()
	if err != nil {
		refusedAs(t, err, http.StatusUnprocessableEntity)
		return
	}
	if p := in.Point; p != nil && !(math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 180) {
		t.Fatalf("the point %v", *p)
	}
	if len(in.Parties) > maxParties || in.Print == "" {
		t.Fatalf("%+v", in)
	}
	textsKept(t, reflect.ValueOf(in))
}

// textsKept: every text that reaches the service is text, and no longer than texts may be.
func textsKept(t *testing.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			textsKept(t, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			textsKept(t, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			textsKept(t, v.Field(i))
		}
	case reflect.String:
		if s := v.String(); !utf8.ValidString(s) || utf8.RuneCountInString(s) > mediation.MaxText {
			t.Fatalf("a text of %d bytes: %.50q", len(s), s)
		}
	}
}

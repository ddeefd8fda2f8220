package handlers

import (
	"bytes"
	"errors"
	"net/http"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Decode reads the JSON body strictly into v: no unknown or doubled member, no wrong type, no number out of range, no
// broken UTF-8, nothing behind it. The Problem names the field.
func (c *Call) Decode(v any) error {
	b, err := c.Bytes()
	if err != nil {
		return err
	}
	if media, _, _ := strings.Cut(c.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(media), "application/json") {
		return refuse(http.StatusUnsupportedMediaType, "not_json", "", "want", "application/json")
	}
	return decodeJSON(b, v)
}

func decodeJSON(b []byte, v any) error {
	if len(bytes.TrimSpace(b)) == 0 {
		return refuse(http.StatusBadRequest, "body_missing", "")
	}
	err := json.Unmarshal(b, v, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	var semantic *json.SemanticError
	var syntax *jsontext.SyntacticError
	switch {
	case errors.As(err, &semantic):
		field := fieldOf(semantic.JSONPointer)
		if errors.Is(err, json.ErrUnknownName) {
			return &Problem{Status: http.StatusUnprocessableEntity, Code: "unknown_field", Field: field, Cause: err}
		}
		p := invalid("wrong_type", field, "want", wanted(semantic.GoType))
		p.Cause = err
		return p
	case errors.As(err, &syntax):
		p := &Problem{Status: http.StatusBadRequest, Code: "json_syntax", Field: fieldOf(syntax.JSONPointer), Cause: err}
		if errors.Is(err, jsontext.ErrDuplicateName) {
			p.Code = "duplicate_field"
		}
		return p
	}
	return &Problem{Status: http.StatusBadRequest, Code: "json_syntax", Cause: err}
}

// maxField is how long a field's name in a problem grows: a body nested ten thousand deep is not to come back as its answer.
const maxField = 200

// fieldOf writes a JSON pointer as people do: parties[0].phone.
func fieldOf(p jsontext.Pointer) string {
	var b strings.Builder
	for token := range p.Tokens() {
		switch {
		case b.Len() > maxField:
			return b.String() + "…"
		case token != "" && strings.Trim(token, "0123456789") == "":
			b.WriteString("[" + token + "]")
			continue
		case b.Len() > 0:
			b.WriteByte('.')
		}
		b.WriteString(printable(token))
	}
	return b.String()
}

// wanted names the JSON type that a Go type is read from.
func wanted(t reflect.Type) string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == nil:
		return "value"
	case t.PkgPath() == "time" && t.Name() == "Time":
		return "time (RFC 3339)"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Float32, reflect.Float64:
		return "number"
	}
	return "integer"
}

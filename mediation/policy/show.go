package policy

import (
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// Member is one key of an object as the file has it.
type Member struct {
	Key string
	// Value is a string, a bool, an int, a float64, an Object, or a []any of these.
	Value any
}

// Object is an object as the file has it, its keys in the order of the reference.
type Object []Member

// Show gives the whole policy in the terms of its file, without the author's comments. What the file leaves out and has a value all the
// same (a seat is for one, if not said) is there with that value; sections and words that are not set are left out. Loaded again it is the
// same policy.
func (p *Policy) Show(v Vocabulary) Object { return showObject(p, policyKeys(v)) }

func showObject[T any](from *T, keys []key[T]) Object {
	out := make(Object, 0, len(keys))
	for _, k := range keys {
		if v, ok := k.show(from); ok {
			out = append(out, Member{k.name, v})
		}
	}
	return out
}

// shows is the show of a key with one value: always there, or where it is not nothing.
func shows[T, V any](always bool, at func(*T) *V) func(*T) (any, bool) {
	return func(from *T) (any, bool) { return shown(*at(from)), always || !zero(*at(from)) }
}

// zero tells whether nothing is set.
func zero(v any) bool { return reflect.ValueOf(v).IsZero() }

// shown writes one value as the file does.
func shown(v any) any {
	switch x := v.(type) {
	case Span:
		return x.String()
	case time.Duration:
		return durationText(x)
	}
	return v
}

// durationText writes a length of time as ParseDuration reads it, in the largest unit that fits.
func durationText(d time.Duration) string {
	for _, unit := range []string{"d", "h"} {
		if d != 0 && d%nominal[unit] == 0 {
			return strconv.FormatInt(int64(d/nominal[unit]), 10) + unit
		}
	}
	return strconv.FormatInt(int64(d/time.Minute), 10) + "m"
}

// hourText writes minutes after midnight as a time of day.
func hourText(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// form is what a value is in JSON.
type form string

const (
	formText    form = "string"
	formYesNo   form = "boolean"
	formWhole   form = "integer"
	formNumber  form = "number"
	formList    form = "list"    // of texts
	formObjects form = "objects" // a list of them
	formObject  form = "object"
)

func formOf[V any]() form {
	var v V
	switch any(v).(type) {
	case bool:
		return formYesNo
	case int:
		return formWhole
	case float64:
		return formNumber
	}
	return formText
}

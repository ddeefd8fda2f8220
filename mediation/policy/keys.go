package policy

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// key is one key of an object of type T in the file: how it is called, what it means, how it is read. The lists of keys in
// schema.go are the only place that knows the form of the file; reading and the reference both follow them.
type key[T any] struct {
	name     string
	required bool
	kind     Text // of value, for the reference
	means    Text
	read     func(r *reader, n ast.Node, path string, into *T)
	rows     func(path string) []row // of the keys below it
	// show gives the value as the file has it, false where the file leaves the key out.
	show func(from *T) (any, bool)
	form form
}

// row is one line of the reference.
type row struct {
	path        string
	kind, means Text
	required    bool
	form        form
}

const required, optional = true, false

func rowsOf[T any](path string, keys []key[T]) []row {
	var out []row
	for _, k := range keys {
		p := under(path, k.name)
		out = append(out, row{path: p, kind: k.kind, means: k.means, required: k.required, form: k.form})
		if k.rows != nil {
			out = append(out, k.rows(p)...)
		}
	}
	return out
}

func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// scalar makes a key with a single value, which parse understands or says what is wrong with.
func scalar[T, V any](name string, must bool, kind, means Text, parse func(n ast.Node) (V, *Text), at func(*T) *V) key[T] {
	return key[T]{name: name, required: must, kind: kind, means: means, form: formOf[V](), show: shows(must, at), read: func(r *reader, n ast.Node, path string, into *T) {
		v, wrong := parse(n)
		if wrong != nil {
			r.find(placeOf(n), path, *wrong)
			delete(r.at, path)
			return
		}
		*at(into) = v
	}}
}

var (
	kindText     = Text{"文字", "text"}
	kindWord     = Text{"标识符", "word"}
	kindSpan     = Text{"时限", "span"}
	kindDuration = Text{"时长", "duration"}
	kindYesNo    = Text{"是否", "true or false"}
	kindTime     = Text{"时刻", "time of day"}
	kindDates    = Text{"日期列表", "list of dates"}
	kindWords    = Text{"标识符列表", "list of words"}
	kindObject   = Text{"对象", "object"}
	kindList     = Text{"列表", "list"}
)

func text[T any](name string, must bool, means Text, at func(*T) *string) key[T] {
	return scalar(name, must, kindText, means, parseText, at)
}

func word[T any](name string, must bool, means Text, at func(*T) *string) key[T] {
	return scalar(name, must, kindWord, means, parseWord, at)
}

func yesNo[T any](name string, must bool, means Text, at func(*T) *bool) key[T] {
	k := scalar(name, must, kindYesNo, means, func(n ast.Node) (bool, *Text) {
		if b, ok := n.(*ast.BoolNode); ok {
			return b.Value, nil
		}
		return false, wrongType(n, Text{"true或false", "true or false"})
	}, at)
	k.show = shows(true, at)
	return k
}

func span[T any](name string, must bool, means Text, at func(*T) *Span) key[T] {
	return scalar(name, must, kindSpan, means, parseSpan, at)
}

func duration[T any](name string, must bool, means Text, at func(*T) *time.Duration) key[T] {
	return scalar(name, must, kindDuration, means, parseDuration, at)
}

func timeOfDay[T any](name string, must bool, means Text, at func(*T) *int) key[T] {
	k := scalar(name, must, kindTime, means, func(n ast.Node) (int, *Text) {
		s, wrong := parseText(n)
		if wrong != nil {
			return 0, wrong
		}
		if s == "24:00" {
			return 24 * 60, nil
		}
		t, err := time.Parse("15:04", s)
		if err != nil || len(s) != len("15:04") {
			return 0, say("%q不是时刻：须写作\"08:30\"", "%q is no time of day: write it as \"08:30\"", s)
		}
		return t.Hour()*60 + t.Minute(), nil
	}, at)
	k.form, k.show = formText, func(from *T) (any, bool) { return hourText(*at(from)), true }
	return k
}

func count[T any](name string, must bool, least, most int, means Text, at func(*T) *int) key[T] {
	kind := Text{fmt.Sprintf("%d–%d的整数", least, most), fmt.Sprintf("whole number %d–%d", least, most)}
	k := scalar(name, must, kind, means, func(n ast.Node) (int, *Text) {
		f, ok := numberOf(n)
		if !ok || f != math.Trunc(f) {
			return 0, wrongType(n, Text{"整数", "a whole number"})
		}
		if f < float64(least) || f > float64(most) {
			return 0, say("须在%d至%d之间", "must lie between %d and %d", least, most)
		}
		return int(f), nil
	}, at)
	k.show = func(from *T) (any, bool) { return *at(from), must || *at(from) >= least }
	return k
}

func number[T any](name string, must bool, most float64, means Text, at func(*T) *float64) key[T] {
	kind := Text{fmt.Sprintf("0–%g的数", most), fmt.Sprintf("number 0–%g", most)}
	k := scalar(name, must, kind, means, func(n ast.Node) (float64, *Text) {
		f, ok := numberOf(n)
		if !ok {
			return 0, wrongType(n, Text{"数", "a number"})
		}
		if !(f >= 0 && f <= most) {
			return 0, say("须在0至%g之间", "must lie between 0 and %g", most)
		}
		return f, nil
	}, at)
	k.show = shows(true, at)
	return k
}

// object is a key whose value has keys of its own.
func object[T, O any](name string, must bool, means Text, keys []key[O], at func(*T) *O) key[T] {
	return key[T]{name: name, required: must, kind: kindObject, means: means, form: formObject,
		show: func(from *T) (any, bool) { return showObject(at(from), keys), must || !zero(*at(from)) },
		read: func(r *reader, n ast.Node, path string, into *T) { readObject(r, n, path, keys, at(into)) },
		rows: func(path string) []row { return rowsOf(path, keys) }}
}

// objects is a list of objects; each begins as blank.
func objects[T, O any](name string, must bool, means Text, keys []key[O], blank O, at func(*T) *[]O) key[T] {
	return key[T]{name: name, required: must, kind: kindList, means: means, form: formObjects,
		show: func(from *T) (any, bool) {
			out := make([]any, len(*at(from)))
			for i := range *at(from) {
				out[i] = showObject(&(*at(from))[i], keys)
			}
			return out, must || len(out) > 0
		},
		read: func(r *reader, n ast.Node, path string, into *T) {
			list, ok := r.sequence(n, path)
			if !ok {
				return
			}
			out := make([]O, len(list))
			for i := range list {
				out[i] = blank
				readObject(r, list[i], item(path, i), keys, &out[i])
			}
			*at(into) = out
		},
		rows: func(path string) []row { return rowsOf(path+"[]", keys) }}
}

// list is a list of values without keys; parse reads each. Nothing may stand in it twice.
func list[T any, V comparable](name string, must bool, kind, means Text, parse func(ast.Node) (V, *Text), at func(*T) *[]V) key[T] {
	return key[T]{name: name, required: must, kind: kind, means: means, form: formList, show: func(from *T) (any, bool) {
		out := make([]any, len(*at(from)))
		for i, v := range *at(from) {
			out[i] = shown(v)
		}
		return out, must || len(out) > 0
	}, read: func(r *reader, n ast.Node, path string, into *T) {
		values, ok := r.sequence(n, path)
		if !ok {
			return
		}
		out := make([]V, 0, len(values))
		seen := make(map[V]bool, len(values))
		for i, e := range values {
			r.at[item(path, i)] = placeOf(e)
			v, wrong := parse(e)
			if wrong == nil && seen[v] {
				wrong = say("重复", "this stands here twice")
			}
			if wrong != nil {
				r.find(placeOf(e), item(path, i), *wrong)
			}
			out, seen[v] = append(out, v), true
		}
		*at(into) = out
	}}
}

// dictionary is an object whose keys are the names given, each with an object of one form.
func dictionary[T, O any](name string, must bool, means Text, names []string, keys []key[O], at func(*T) *map[string]O) key[T] {
	return key[T]{name: name, required: must, kind: kindObject, means: means, form: formObject,
		show: func(from *T) (any, bool) {
			out := Object{}
			for _, name := range names {
				if o, ok := (*at(from))[name]; ok {
					out = append(out, Member{name, showObject(&o, keys)})
				}
			}
			return out, must || len(out) > 0
		},
		read: func(r *reader, n ast.Node, path string, into *T) {
			out := make(map[string]O)
			entries := make([]key[struct{}], len(names))
			for i, name := range names {
				entries[i] = key[struct{}]{name: name, read: func(r *reader, n ast.Node, path string, _ *struct{}) {
					var o O
					readObject(r, n, path, keys, &o)
					out[name] = o
				}}
			}
			readObject(r, n, path, entries, &struct{}{})
			*at(into) = out
		},
		rows: func(path string) []row { return rowsOf(path+".*", keys) }}
}

var (
	wordForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9_]{0,39}$`)
	labelForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]{0,31}$`)
	codeForm  = regexp.MustCompile(`^[0-9A-Za-z]{1,20}(\.([0-9A-Za-z]{1,20}|-)){0,9}$`)
)

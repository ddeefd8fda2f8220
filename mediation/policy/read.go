package policy

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

func say(zh, en string, args ...any) *Text {
	return &Text{Zh: fmt.Sprintf(zh, args...), En: fmt.Sprintf(en, args...)}
}

// readObject reads the keys of one object and finds unknown, doubled and missing ones.
func readObject[T any](r *reader, n ast.Node, path string, keys []key[T], into *T) {
	r.at[path] = placeOf(n)
	pairs, ok := r.mapping(n, path)
	if !ok {
		return
	}
	seen := make(map[string]bool, len(pairs))
	for _, pair := range pairs {
		at := placeOf(pair.Key)
		name, wrong := keyName(pair.Key)
		if wrong != nil {
			r.find(at, path, *wrong)
			continue
		}
		full := under(path, name)
		k := keyCalled(keys, name)
		switch {
		case k == nil:
			r.find(at, full, unknownKey(name, keys))
			continue
		case seen[name]:
			r.find(at, full, *say("键重复", "this key stands here twice"))
			continue
		}
		seen[name] = true
		r.at[full] = placeOf(pair.Value)
		k.read(r, pair.Value, full, into)
	}
	for _, k := range keys {
		if k.required && !seen[k.name] {
			r.find(r.at[path], under(path, k.name), *say("缺少此键", "this key is missing"))
		}
	}
}

func keyCalled[T any](keys []key[T], name string) *key[T] {
	for i := range keys {
		if keys[i].name == name {
			return &keys[i]
		}
	}
	return nil
}

func unknownKey[T any](name string, keys []key[T]) Text {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	list := strings.Join(names, ", ")
	return *say("未知的键%q，可用的有：%s", "unknown key %q; there are: %s", name, list)
}

// keyName is a key as text. Numbers and the like are keys by their spelling, so that they are found as unknown.
func keyName(n ast.MapKeyNode) (string, *Text) {
	if s, ok := n.(*ast.StringNode); ok {
		return s.Value, nil
	}
	if s, ok := n.(ast.ScalarNode); ok && !n.IsMergeKey() && s.GetToken() != nil {
		return s.GetToken().Value, nil
	}
	return "", say("键须为普通文字，不支持合并键、锚点和标签", "keys must be plain words; merge keys, anchors and tags are not allowed")
}

func (r *reader) mapping(n ast.Node, path string) ([]*ast.MappingValueNode, bool) {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}, true
	}
	r.find(placeOf(n), path, *wrongType(n, Text{"含有键的对象", "an object with keys"}))
	return nil, false
}

func (r *reader) sequence(n ast.Node, path string) ([]ast.Node, bool) {
	if s, ok := n.(*ast.SequenceNode); ok {
		return s.Values, true
	}
	r.find(placeOf(n), path, *wrongType(n, Text{"列表", "a list"}))
	delete(r.at, path)
	return nil, false
}

// wrongType says what stands there instead of what should.
func wrongType(n ast.Node, want Text) *Text {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		return say("不支持锚点、引用和标签，请完整写出", "anchors, aliases and tags are not allowed: write it out")
	case *ast.NullNode:
		return &Text{Zh: "没有填写，应为" + want.Zh, En: "nothing stands here; it must be " + want.En}
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		v := n.GetToken().Value
		return &Text{Zh: fmt.Sprintf("%s的类型不对，应为%s", v, want.Zh), En: fmt.Sprintf("%s has the wrong type; it must be %s", v, want.En)}
	}
	return &Text{Zh: "类型不对，应为" + want.Zh, En: "wrong type; it must be " + want.En}
}

// numberOf reads a finite number.
func numberOf(n ast.Node) (float64, bool) {
	switch x := n.(type) {
	case *ast.FloatNode:
		return x.Value, !math.IsNaN(x.Value) && !math.IsInf(x.Value, 0)
	case *ast.IntegerNode:
		switch v := x.Value.(type) {
		case int64:
			return float64(v), true
		case uint64:
			return float64(v), true
		}
	}
	return 0, false
}

// parseText reads non-empty text. A bare number or word such as yes is refused rather than guessed at.
func parseText(n ast.Node) (string, *Text) {
	var s string
	switch x := n.(type) {
	case *ast.StringNode:
		s = x.Value
	case *ast.LiteralNode:
		s = x.Value.Value
	default:
		return "", wrongType(n, Text{"文字（数字等请加引号）", "text (put numbers and the like in quotes)"})
	}
	if strings.TrimSpace(s) == "" {
		return "", say("不能为空", "must not be empty")
	}
	return s, nil
}

func parseForm(form *regexp.Regexp, zh, en string) func(ast.Node) (string, *Text) {
	return func(n ast.Node) (string, *Text) {
		s, wrong := parseText(n)
		if wrong == nil && !form.MatchString(s) {
			wrong = say("%q不合格式："+zh, "%q has the wrong form: "+en, s)
		}
		return s, wrong
	}
}

var (
	parseWord  = parseForm(wordForm, "须为小写字母、数字和下划线", "lower-case letters, digits and underscores")
	parseLabel = parseForm(labelForm, "须为字母、数字、点和连字符", "letters, digits, dots and hyphens")
	parseCode  = parseForm(codeForm, "须为点分区划代码，如33.01.11", "a dotted area code such as 33.01.11")
)

func parseSpan(n ast.Node) (Span, *Text) {
	s, wrong := parseText(n)
	if wrong != nil {
		return Span{}, wrong
	}
	v, err := ParseSpan(s)
	switch {
	case err != nil:
		return Span{}, say("%q不是时限：须为整数加m（分）、h（时）、d（日）或wd（工作日），如30m、24h、15d、5wd，不超过十年",
			"%q is no span: a whole number and m, h, d (calendar days) or wd (working days), such as 30m, 24h, 15d, 5wd, at most ten years", s)
	case v.Zero():
		return Span{}, say("时限不能为零", "a span must not be nothing")
	}
	return v, nil
}

func parseDuration(n ast.Node) (time.Duration, *Text) {
	s, wrong := parseText(n)
	if wrong != nil {
		return 0, wrong
	}
	d, err := ParseDuration(s)
	if err != nil {
		return 0, say("%q不是时长：须为整数加m、h或d，如30m、24h、30d（一日为24小时），不超过十年",
			"%q is no duration: a whole number and m, h or d, such as 30m, 24h, 30d (a day being 24 hours), at most ten years", s)
	}
	return d, nil
}

func parseDate(n ast.Node) (string, *Text) {
	s, wrong := parseText(n)
	if wrong != nil {
		return "", wrong
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", say("%q不是日期：须写作2026-01-31", "%q is no date: write it as 2026-01-31", s)
	}
	return s, nil
}

package handlers

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed docs.html
var docsTemplate string

//go:embed docs.css
var docsStyle string

// docsPage is api/openapi.yaml as a page to read: plain HTML, no script, nothing from elsewhere.
type docsPage struct {
	Title, Summary string
	Style          template.CSS
	Text           []string
	Groups         []docsGroup
	Schemas        []docsSchema
}

type docsGroup struct {
	Tag, Text string
	Calls     []docsCall
}

type docsCall struct {
	ID, Method, Path, Summary string
	Text                      []string
	Open                      bool
	Parameters                []docsRow
	Bodies                    []docsContent
	Answers                   []docsContent
}

// docsContent is what goes in or comes out: under a status or alone, of one media type.
type docsContent struct {
	Status, Media, Text string
	Rows                []docsRow
}

type docsSchema struct {
	Name string
	Rows []docsRow
}

// docsRow is one member of something, Depth deep inside it. Ref links to a schema of its own.
type docsRow struct {
	Depth                 int
	Name, Type, Ref, Text string
	Required              bool
}

// renderDocs makes the page and the Content-Security-Policy that allows its one style sheet and nothing else.
func renderDocs(openapi []byte) (page []byte, policy string, err error) {
	var root yaml.MapSlice
	if err := yaml.UnmarshalWithOptions(openapi, &root, yaml.UseOrderedMap()); err != nil {
		return nil, "", fmt.Errorf("handlers: openapi.yaml: %w", err)
	}
	t, err := template.New("docs").Parse(docsTemplate)
	if err != nil {
		return nil, "", fmt.Errorf("handlers: docs page: %w", err)
	}
	d := describer{root}
	p := d.page()
	p.Style = template.CSS(docsStyle)
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return nil, "", fmt.Errorf("handlers: docs page: %w", err)
	}
	return b.Bytes(), styleAlone(docsStyle), nil
}

// describer reads the description.
type describer struct{ root yaml.MapSlice }

// at walks down by names; nil where there is nothing.
func at(node any, path ...string) any {
	for _, name := range path {
		m, ok := node.(yaml.MapSlice)
		if !ok {
			return nil
		}
		i := slices.IndexFunc(m, func(item yaml.MapItem) bool { return fmt.Sprint(item.Key) == name })
		if i < 0 {
			return nil
		}
		node = m[i].Value
	}
	return node
}

func textAt(node any, path ...string) string {
	if v := at(node, path...); v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

func members(node any) yaml.MapSlice {
	m, _ := node.(yaml.MapSlice)
	return m
}

func items(node any) []any {
	list, _ := node.([]any)
	return list
}

// follow replaces a $ref by what it names.
func (d describer) follow(node any) any {
	ref := textAt(node, "$ref")
	if ref == "" {
		return node
	}
	return at(d.root, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
}

func paragraphs(text string) []string {
	text = strings.ReplaceAll(text, "**", "")
	var out []string
	for _, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}

func (d describer) page() docsPage {
	p := docsPage{Title: textAt(d.root, "info", "title"), Summary: textAt(d.root, "info", "summary"), Text: paragraphs(textAt(d.root, "info", "description"))}
	calls := map[string][]docsCall{}
	for _, path := range members(at(d.root, "paths")) {
		shared := items(at(path.Value, "parameters"))
		for _, method := range members(path.Value) {
			if name := fmt.Sprint(method.Key); name != "parameters" {
				call := d.call(name, fmt.Sprint(path.Key), method.Value, shared)
				tag := "server"
				if tags := items(at(method.Value, "tags")); len(tags) > 0 {
					tag = fmt.Sprint(tags[0])
				}
				calls[tag] = append(calls[tag], call)
			}
		}
	}
	for _, tag := range items(at(d.root, "tags")) {
		name := textAt(tag, "name")
		p.Groups = append(p.Groups, docsGroup{Tag: name, Text: textAt(tag, "description"), Calls: calls[name]})
	}
	for _, s := range members(at(d.root, "components", "schemas")) {
		schema := docsSchema{Name: fmt.Sprint(s.Key)}
		if len(members(at(s.Value, "properties"))) > 0 {
			schema.Rows = d.inside(s.Value, 0)
		} else {
			schema.Rows = []docsRow{{Type: kind(s.Value), Text: textAt(s.Value, "description")}}
		}
		p.Schemas = append(p.Schemas, schema)
	}
	return p
}

func (d describer) call(method, path string, node any, shared []any) docsCall {
	c := docsCall{ID: textAt(node, "operationId"), Method: strings.ToUpper(method), Path: path, Summary: textAt(node, "summary"),
		Text: paragraphs(textAt(node, "description")), Open: at(node, "security") != nil && len(items(at(node, "security"))) == 0}
	for _, p := range append(slices.Clone(shared), items(at(node, "parameters"))...) {
		p = d.follow(p)
		row := d.row(textAt(p, "name"), at(p, "schema"), textAt(p, "required") == "true", 0)
		row.Text = strings.TrimSpace(textAt(p, "description") + " (" + textAt(p, "in") + ")")
		c.Parameters = append(c.Parameters, row)
	}
	if body := d.follow(at(node, "requestBody")); body != nil {
		c.Bodies = d.contents("", body)
	}
	for _, answer := range members(at(node, "responses")) {
		c.Answers = append(c.Answers, d.contents(fmt.Sprint(answer.Key), d.follow(answer.Value))...)
	}
	return c
}

func (d describer) contents(status string, node any) []docsContent {
	var all []docsContent
	for _, media := range members(at(node, "content")) {
		one := docsContent{Status: status, Media: fmt.Sprint(media.Key), Text: textAt(node, "description")}
		if schema := at(media.Value, "schema"); schema != nil {
			if textAt(schema, "$ref") != "" || len(members(at(schema, "properties"))) == 0 {
				one.Rows = []docsRow{d.row("", schema, false, 0)}
			} else {
				one.Rows = d.inside(schema, 0)
			}
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		all = []docsContent{{Status: status, Text: textAt(node, "description")}}
	}
	return all
}

// inside lists the members of an object, and theirs.
func (d describer) inside(schema any, depth int) []docsRow {
	required := items(at(schema, "required"))
	var rows []docsRow
	for _, m := range members(at(schema, "properties")) {
		row := d.row(fmt.Sprint(m.Key), m.Value, slices.Contains(required, m.Key), depth)
		rows = append(rows, row)
		inner := m.Value
		if at(inner, "items") != nil {
			inner = at(inner, "items")
		}
		if textAt(inner, "$ref") == "" {
			rows = append(rows, d.inside(inner, depth+1)...)
		}
	}
	return rows
}

func (d describer) row(name string, schema any, required bool, depth int) docsRow {
	row := docsRow{Depth: depth, Name: name, Required: required, Text: textAt(schema, "description"), Type: kind(schema)}
	inner := schema
	if at(schema, "items") != nil {
		inner = at(schema, "items")
	}
	if ref := textAt(inner, "$ref"); ref != "" {
		row.Ref = ref[strings.LastIndex(ref, "/")+1:]
	}
	return row
}

// kind says in a few words what a schema takes.
func kind(schema any) string {
	if list := items(at(schema, "enum")); list != nil {
		var words []string
		for _, v := range list {
			words = append(words, fmt.Sprint(v))
		}
		return strings.Join(words, " | ")
	}
	if v := at(schema, "const"); v != nil {
		return fmt.Sprint(v)
	}
	var words []string
	switch t := at(schema, "type").(type) {
	case string:
		words = append(words, t)
	case []any:
		for _, v := range t {
			words = append(words, fmt.Sprint(v))
		}
	}
	text := strings.Join(words, " | ")
	for _, limit := range []string{"format", "minimum", "maximum", "minLength", "maxLength", "default"} {
		if v := textAt(schema, limit); v != "" {
			text += " " + limit + " " + v
		}
	}
	if items := at(schema, "items"); items != nil {
		text = strings.TrimSpace(text + " of " + kind(items))
	}
	return strings.TrimSpace(text)
}

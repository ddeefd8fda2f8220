package settings

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/spf13/pflag"

	"fengqiao/cmd/fengqiao/internal/words"
)

// ErrUsage marks what the caller wrote wrongly: unknown settings, values that do not fit.
var ErrUsage = errors.New("settings")

// FileEnv names the file when the --config flag does not.
const FileEnv = "FENGQIAO_CONFIG"

// Loader reads settings: flags over environment over file over defaults.
type Loader struct {
	Values *Values
	rows   []Row
	file   string
	flags  *pflag.FlagSet
}

// NewLoader adds a flag for every setting of the table to the set, with help in the language.
func NewLoader(flags *pflag.FlagSet, l words.Language) *Loader {
	v := &Values{}
	ld := &Loader{Values: v, rows: Table(v), flags: flags}
	flags.StringVar(&ld.file, "config", "", words.Text{Zh: "YAML 配置文件；键名与参数名相同", En: "YAML file of settings; its keys are the flags' names"}.In(l))
	for _, r := range ld.rows {
		flags.Var(&field{row: r}, r.Name, r.What.In(l)+" ["+r.Env()+"]")
	}
	return ld
}

// Load brings the values into force and checks them. The errors name the source: flag, variable, or file and line.
func (l *Loader) Load(getenv func(string) string) error {
	file := l.file
	if file == "" {
		file = getenv(FileEnv)
	}
	fromFile, err := readFile(file, l.rows)
	if err != nil {
		return err
	}
	for _, r := range l.rows {
		if l.flags.Changed(r.Name) {
			if s, ok := r.Value.(*string); ok && r.Secret && holdsPassword(*s) {
				return fmt.Errorf("%w: --%s holds a password, which everybody on this machine could read: put it into %s or the file", ErrUsage, r.Name, r.Env())
			}
			continue // pflag has set it
		}
		source, text := r.Env(), getenv(r.Env())
		if text == "" {
			entry, ok := fromFile[r.Name]
			if !ok {
				continue
			}
			source, text = fmt.Sprintf("%s:%d: %s", file, entry.line, r.Name), entry.text
		}
		if err := set(r.Value, text); err != nil {
			return fmt.Errorf("%w: %s: %s", ErrUsage, source, reason(r, err))
		}
	}
	return l.check()
}

// reason keeps a secret out of the message.
func reason(r Row, err error) string {
	if r.Secret {
		return "the value does not fit"
	}
	return err.Error()
}

func (l *Loader) check() error {
	var wrong []error
	for _, r := range l.rows {
		if r.Check == nil {
			continue
		}
		if what := r.Check(); what != "" {
			wrong = append(wrong, fmt.Errorf("%w: %s: %s", ErrUsage, r.Name, what))
		}
	}
	return errors.Join(wrong...)
}

type entry struct {
	text string
	line int
}

// readFile reads a flat YAML mapping strictly. Lists may be written as YAML lists or with commas.
func readFile(file string, rows []Row) (map[string]entry, error) {
	if file == "" {
		return nil, nil
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	tree, err := parser.ParseBytes(src, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrUsage, file, err)
	}
	entries := map[string]entry{}
	for _, doc := range tree.Docs {
		var pairs []*ast.MappingValueNode
		switch body := doc.Body.(type) {
		case nil:
			continue
		case *ast.MappingNode:
			pairs = body.Values
		case *ast.MappingValueNode:
			pairs = []*ast.MappingValueNode{body}
		default:
			return nil, fmt.Errorf("%w: %s: want lines like \"listen: 127.0.0.1:8080\"", ErrUsage, file)
		}
		for _, pair := range pairs {
			name, line := pair.Key.String(), pair.Key.GetToken().Position.Line
			if !slices.ContainsFunc(rows, func(r Row) bool { return r.Name == name }) {
				return nil, fmt.Errorf("%w: %s:%d: unknown setting %q", ErrUsage, file, line, name)
			}
			if _, twice := entries[name]; twice {
				return nil, fmt.Errorf("%w: %s:%d: %s stands there twice", ErrUsage, file, line, name)
			}
			text, ok := scalar(pair.Value)
			if !ok {
				return nil, fmt.Errorf("%w: %s:%d: %s wants a single value", ErrUsage, file, line, name)
			}
			entries[name] = entry{text, line}
		}
	}
	return entries, nil
}

func scalar(n ast.Node) (string, bool) {
	switch x := n.(type) {
	case *ast.StringNode:
		return x.Value, true
	case *ast.SequenceNode:
		parts := make([]string, len(x.Values))
		for i, v := range x.Values {
			text, ok := scalar(v)
			if !ok {
				return "", false
			}
			parts[i] = text
		}
		return strings.Join(parts, ","), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.LiteralNode:
		return strings.TrimSpace(n.GetToken().Value), true
	case *ast.NullNode:
		return "", true
	}
	return "", false
}

// field is a setting as a flag.
type field struct{ row Row }

func (f *field) String() string {
	if f.row.Value == nil {
		return ""
	}
	return text(f.row.Value)
}
func (f *field) Set(s string) error { return set(f.row.Value, s) }
func (f *field) Type() string       { return kind(f.row.Value) }

func kind(v any) string {
	switch v.(type) {
	case *int:
		return "int"
	case *float64:
		return "number"
	case *time.Duration:
		return "duration"
	case *[]string:
		return "list"
	}
	return "string"
}

// text is a value as Set reads it.
func text(v any) string {
	switch x := v.(type) {
	case *string:
		return *x
	case *int:
		return strconv.Itoa(*x)
	case *float64:
		return strconv.FormatFloat(*x, 'f', -1, 64)
	case *time.Duration:
		return x.String()
	case *[]string:
		return strings.Join(*x, ",")
	}
	return ""
}

func set(v any, s string) error {
	s = strings.TrimSpace(s)
	switch x := v.(type) {
	case *string:
		*x = s
	case *int:
		n, err := strconv.Atoi(s)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", s)
		}
		*x = n
	case *float64:
		n, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return fmt.Errorf("%q is not a number", s)
		}
		*x = n
	case *time.Duration:
		d, err := time.ParseDuration(s)
		if err != nil {
			return fmt.Errorf("%q is not a duration like 30s or 2m", s)
		}
		*x = d
	case *[]string:
		*x = nil
		for part := range strings.SplitSeq(s, ",") {
			if part = strings.TrimSpace(part); part != "" {
				*x = append(*x, part)
			}
		}
	}
	return nil
}

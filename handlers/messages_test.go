package handlers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fengqiao/mediation"
)

// codeForm is what a code looks like; other texts stand in the same places of a call.
var codeForm = regexp.MustCompile(`^[a-z]+([._][a-zA-Z_]+)*$`)

// codesIn finds every code that a package refuses with: the argument "code" of refuse(…) and its relatives, Code: "…" in a
// composite literal, and constants named Code…; needs and reasons for matching are listed by their own tables.
func codesIn(t *testing.T, dir string) map[string]token.Position {
	t.Helper()
	files := token.NewFileSet()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var parsed []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
	}
	found, calls := map[string]token.Position{}, codePlaces(parsed)
	calls["Refusal"] = 2 // of mediation, in its rooms as well
	for _, f := range parsed {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if i, ok := calls[calledName(n)]; ok && i < len(n.Args) {
					note(found, files, n.Args[i])
				}
			case *ast.ValueSpec:
				if strings.HasPrefix(n.Names[0].Name, "Code") && len(n.Values) == 1 {
					note(found, files, n.Values[0])
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" {
					note(found, files, n.Value)
				}
			}
			return true
		})
	}
	return found
}

// calledName is the name of the function called, without its package.
func calledName(call *ast.CallExpr) string {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		return fun.Name
	case *ast.SelectorExpr:
		if pkg, ok := fun.X.(*ast.Ident); ok && pkg.Name == "mediation" {
			return fun.Sel.Name
		}
	}
	return ""
}

// codePlaces says, for the functions that refuse, which argument is the code: the one that is called so.
func codePlaces(files []*ast.File) map[string]int {
	places := map[string]int{}
	for _, f := range files {
		for _, d := range f.Decls {
			fun, ok := d.(*ast.FuncDecl)
			if !ok || fun.Recv != nil || !slices.Contains([]string{"refuse", "invalid", "reason"}, fun.Name.Name) {
				continue
			}
			i := 0
			for _, field := range fun.Type.Params.List {
				for _, name := range field.Names {
					if name.Name == "code" {
						places[fun.Name.Name] = i
					}
					i++
				}
			}
		}
	}
	return places
}

func note(found map[string]token.Position, files *token.FileSet, e ast.Expr) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return
	}
	if code, err := strconv.Unquote(lit.Value); err == nil && codeForm.MatchString(code) {
		found[code] = files.Position(lit.Pos())
	}
}

func TestEveryCodeHasWordsInBothLanguages(t *testing.T) {
	rooms, err := filepath.Glob("../mediation/*/ports.go") // a room with ports refuses; one without reckons only
	if err != nil || len(rooms) == 0 {
		t.Fatal(rooms, err)
	}
	packages := []string{".", "../mediation", "../internal/media", "../internal/store"}
	for _, ports := range rooms {
		packages = append(packages, filepath.Dir(ports))
	}
	for _, dir := range packages {
		codes := codesIn(t, dir)
		if len(codes) == 0 {
			t.Errorf("no code found in %s", dir)
		}
		for code, at := range codes {
			if !known(code) {
				t.Errorf("%s: the code %q is not in the table", at, code)
			}
		}
	}
	var tables []string
	for _, r := range mediation.Table {
		for _, n := range r.Needs {
			tables = append(tables, "need."+string(n))
		}
	}
	tables = append(tables, accountCodes()...)
	for _, code := range tables {
		if !known(code) {
			t.Errorf("the code %q is not in the table", code)
		}
	}
}

func known(code string) bool { return messageOf(code) != messageOf("internal") || code == "internal" }

// accountCodes are account's refusals as they go to the wire.
func accountCodes() []string {
	var codes []string
	for code := range accountStatus {
		switch code {
		case "weak_password":
			for _, reason := range []string{"too_short", "too_long", "bad_characters", "contains_login", "common", "phone_number", "unchanged"} {
				codes = append(codes, "weak_password."+reason)
			}
		case "invalid_user":
			codes = append(codes, "invalid_value")
		case "outcome_unknown":
			codes = append(codes, "uncertain")
		default:
			codes = append(codes, code)
		}
	}
	return codes
}

func TestWordsAreCompleteAndInTheirLanguage(t *testing.T) {
	han := regexp.MustCompile(`\p{Han}`)
	holes := regexp.MustCompile(`\{\w+\}`)
	stands := map[string]bool{}
	for _, table := range rooms() {
		for code, m := range table {
			if m.Zh == "" || m.En == "" || m.DetailZh == "" || m.DetailEn == "" {
				t.Errorf("%s: words are missing", code)
			}
			if han.MatchString(m.En+m.DetailEn) || !han.MatchString(m.Zh) || !han.MatchString(m.DetailZh) && holes.ReplaceAllString(m.DetailZh, "") != "" {
				t.Errorf("%s: a language in the other's place", code)
			}
			if a, b := holes.FindAllString(m.DetailZh, -1), holes.FindAllString(m.DetailEn, -1); len(a) != len(b) {
				t.Errorf("%s: %v in Chinese, %v in English", code, a, b)
			}
			if stands[code] {
				t.Errorf("%s stands in two tables", code)
			}
			stands[code] = true
		}
	}
}

func TestStatesAndCommandsAreToldByName(t *testing.T) {
	p := &Problem{Status: 409, Code: "case.state", Params: map[string]string{"state": "mediating", "command": "close"}}
	if got := p.wire("zh-CN", "r").Detail; got != "案件处于“调解中”，不能“办结”。" {
		t.Error(got)
	}
	if got := p.wire("en", "r").Detail; got != "The case is “mediating”: “close” is not possible now." {
		t.Error(got)
	}
}

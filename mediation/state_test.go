package mediation

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"fengqiao/internal/pagetest"
)

func TestStateDiagramInTheDocsIsUpToDate(t *testing.T) {
	pagetest.UpToDate(t, "../docs/states.md", StateDiagram(), "go test ./mediation -run StateDiagram")
}

func TestStateDiagramNamesEverything(t *testing.T) {
	text := StateDiagram()
	for _, r := range Table {
		if !strings.Contains(text, "`"+string(r.Command)+"`") {
			t.Errorf("command %s is missing", r.Command)
		}
		for _, n := range r.Needs {
			if needZh[n] == "" {
				t.Errorf("need %s has no name", n)
			}
		}
		for _, g := range Permits[Action(r.Command)] {
			if scopeNames[g.Scope] == "" {
				t.Errorf("scope %d has no name", g.Scope)
			}
		}
	}
	if strings.Contains(text, "（）") || strings.Contains(text, "| |") && strings.Contains(text, "|  |  |") {
		t.Error("a name is empty")
	}
}

// commandTypes are the types of commands.go by the constant that their Name method returns, and the constants of state.go by
// their values.
func commandTypes(t *testing.T) (types map[string]string, constants map[string]string) {
	t.Helper()
	types, constants = map[string]string{}, map[string]string{}
	for _, name := range []string{"commands.go", "state.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.FuncDecl:
				if x.Name.Name == "Name" && x.Recv != nil {
					result := x.Body.List[0].(*ast.ReturnStmt).Results[0].(*ast.Ident).Name
					if types[result] != "" {
						t.Errorf("%s is the name of two commands", result)
					}
					types[result] = x.Recv.List[0].Type.(*ast.Ident).Name
				}
			case *ast.ValueSpec:
				if id, ok := x.Type.(*ast.Ident); ok && id.Name == "CommandName" {
					constants[x.Names[0].Name] = strings.Trim(x.Values[0].(*ast.BasicLit).Value, `"`)
				}
			}
			return true
		})
	}
	return types, constants
}

func TestEveryCommandStandsInEveryTableOnce(t *testing.T) {
	types, constants := commandTypes(t)
	rows := map[CommandName]int{}
	for _, r := range Table {
		rows[r.Command]++
		if r.Zh == "" || r.En == "" || len(r.From) == 0 {
			t.Errorf("%s lacks a name or a state to start from", r.Command)
		}
	}
	values := map[string]bool{}
	for constant, value := range constants {
		if types[constant] == "" {
			t.Errorf("%s has no type in commands.go", constant)
		}
		if rows[CommandName(value)] != 1 {
			t.Errorf("%s stands in the state table %d times", value, rows[CommandName(value)])
		}
		if len(Permits[Action(value)]) == 0 {
			t.Errorf("nobody is permitted to %s", value)
		}
		if values[value] {
			t.Errorf("%s is the name of two commands", value)
		}
		values[value] = true
	}
	if len(constants) != len(Table) || len(types) != len(Table) {
		t.Errorf("%d names, %d types, %d rows", len(constants), len(types), len(Table))
	}
}

func TestEveryStateIsDescribedAndReached(t *testing.T) {
	reached := map[State]bool{Reported: true, Screened: true, Transferred: true} // as OpenCase leaves them
	for again := true; again; {
		again = false
		for _, r := range Table {
			for _, from := range r.From {
				for _, to := range r.To {
					if reached[from] && !reached[to] {
						reached[to], again = true, true
					}
				}
			}
		}
		if reached[Screened] && !reached[Offered] { // by Send
			reached[Offered], again = true, true
		}
	}
	seen := map[State]bool{}
	for _, s := range States {
		if seen[s.State] {
			t.Errorf("%s is described twice", s.State)
		}
		seen[s.State] = true
		if s.Zh == "" || s.En == "" || s.PlainZh == "" || s.PlainEn == "" {
			t.Errorf("%s lacks words", s.State)
		}
		if !reached[s.State] {
			t.Errorf("no way leads to %s", s.State)
		}
	}
	for _, r := range Table {
		for _, s := range slices.Concat(r.From, r.To) {
			if !seen[s] {
				t.Errorf("%s speaks of state %q", r.Command, s)
			}
		}
	}
}

func TestAnEndIsLeftOnlyByWhatTakesTheEndBack(t *testing.T) {
	// The party's word and the visit decide anew; danger makes an end a new turn.
	leaving := []CommandName{CmdReopen, CmdSplit, CmdFollowUp, CmdRate, CmdDanger}
	for _, r := range Table {
		for _, from := range r.From {
			if !from.Over() || has(leaving, r.Command) {
				continue
			}
			for _, to := range r.To {
				if !to.Over() {
					t.Errorf("%s leads from %s, which is an end, to %s", r.Command, from, to)
				}
			}
		}
	}
}

func TestEveryStateHasAWayOut(t *testing.T) {
	for _, s := range States {
		out := false
		for _, r := range Table {
			for _, to := range r.To {
				out = out || r.Allows(s.State) && to != s.State
			}
		}
		if !out {
			t.Errorf("no command leads out of %s", s.State)
		}
	}
}

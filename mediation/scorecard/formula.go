package scorecard

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"fengqiao/mediation/figures"
	"fengqiao/mediation/policy"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// What a formula may be: it is a line or two of arithmetic. Without loops, its cost is that of its nodes.
const (
	maxRunes   = 400
	maxNodes   = 100
	maxLiteral = 1e9
)

// Formula is a formula that has been read. Safe for concurrent use.
type Formula struct {
	program *vm.Program
	// Names are the terms that it uses, in the order in which it first does.
	Names []string
}

// errNone ends the reckoning of a value that there is not: something was divided by zero, or grew beyond all numbers.
var errNone = errors.New("scorecard: no value")

// Read reads a formula, or says what is wrong with it.
func Read(text string) (*Formula, []policy.Fault) {
	f, _, faults := read(text)
	return f, faults
}

func read(text string) (*Formula, ast.Node, []policy.Fault) {
	if n := utf8.RuneCountInString(text); n > maxRunes {
		return nil, nil, faultsAt(0, 0, say("公式有%d个字符，最多%d个", "the formula has %d characters; %d are allowed", n, maxRunes))
	}
	tree, err := parser.Parse(text)
	if err != nil {
		return nil, nil, foreign(err)
	}
	w := &warden{text: text}
	w.look(tree.Node)
	if len(w.names) == 0 && len(w.faults) == 0 {
		w.refuse(tree.Node, "公式里没有任何名称，量的不是案件", "the formula names nothing: it measures no case")
	}
	if w.nodes > maxNodes {
		w.faults = append(w.faults, policy.Fault{Reason: say("公式太长：%d个部分，最多%d个", "the formula is too long: %d parts, %d are allowed", w.nodes, maxNodes)})
	}
	if len(w.faults) > 0 {
		return nil, nil, w.faults
	}
	program, err := expr.Compile(text, options...)
	if err != nil {
		return nil, nil, foreign(err)
	}
	return &Formula{program, w.names}, tree.Node, nil
}

// Value is what the formula comes to. It is none, and false, where any term that it uses has no value (a share of nothing, a median of
// nothing), where anything is divided by zero on the way, or where a number grows beyond all bounds.
func (f *Formula) Value(t *figures.Tally) (float64, bool) {
	env := make(map[string]any, len(f.Names))
	for _, name := range f.Names {
		v, ok := byName[name].Value(t)
		if !ok {
			return 0, false
		}
		env[name] = v
	}
	out, err := expr.Run(f.program, env)
	if err != nil {
		return 0, false // by zero: everything else was found when it was read
	}
	v, ok := out.(float64)
	return v, ok && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// byName are the terms.
var byName = func() map[string]figures.Term {
	m := make(map[string]figures.Term, len(figures.Terms))
	for _, t := range figures.Terms {
		m[t.Key] = t
	}
	return m
}()

// options are how the library is to read: the terms are its only names, min, max and abs its only functions; division and
// multiplication are ours, so that what has no value ends there and is not compared with anything.
var options = func() []expr.Option {
	env := map[string]any{}
	for name := range byName {
		env[name] = float64(0)
	}
	return []expr.Option{expr.Env(env), expr.DisableAllBuiltins(), expr.Optimize(false), expr.AsFloat64(), expr.MaxNodes(2 * maxNodes), expr.Patch(careful{}),
		expr.Function("over", over, new(func(any, any) float64)), expr.Function("times", times, new(func(any, any) float64)),
		expr.Function("min", least, new(func(float64, float64) float64)), expr.Function("max", most, new(func(float64, float64) float64)),
		expr.Function("abs", absolute, new(func(float64) float64))}
}()

// careful puts our own division and multiplication in place of the library's.
type careful struct{}

// Visit implements ast.Visitor.
func (careful) Visit(node *ast.Node) {
	b, ok := (*node).(*ast.BinaryNode)
	if !ok {
		return
	}
	if name, ok := map[string]string{"/": "over", "*": "times"}[b.Operator]; ok {
		ast.Patch(node, &ast.CallNode{Callee: &ast.IdentifierNode{Value: name}, Arguments: []ast.Node{b.Left, b.Right}})
	}
}

func over(args ...any) (any, error) {
	if number(args[1]) == 0 {
		return nil, errNone
	}
	return finite(number(args[0]) / number(args[1]))
}

func times(args ...any) (any, error) { return finite(number(args[0]) * number(args[1])) }

func finite(v float64) (any, error) {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return nil, errNone
	}
	return v, nil
}

func least(args ...any) (any, error) { return min(number(args[0]), number(args[1])), nil }

func most(args ...any) (any, error) { return max(number(args[0]), number(args[1])), nil }

func absolute(args ...any) (any, error) { return math.Abs(number(args[0])), nil }

// number is a value of the library's as one of ours; whole numbers of the formula come as int.
func number(v any) float64 {
	switch x := v.(type) {
	case float64:
		return x
	case int:
		return float64(x)
	}
	return math.NaN() // and so no value
}

// warden lets through what formulas may consist of, and nothing else of the library's language.
type warden struct {
	text   string
	nodes  int
	seen   int // how many parts were names
	names  []string
	faults []policy.Fault
}

var arithmetic = []string{"+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "&&", "||", "and", "or"}

// look judges a part of the formula and all that it is made of.
func (w *warden) look(n ast.Node) {
	w.nodes++
	switch x := n.(type) {
	case *ast.IdentifierNode:
		w.name(x)
	case *ast.IntegerNode:
		w.literal(x, float64(x.Value))
	case *ast.FloatNode:
		w.literal(x, x.Value)
	case *ast.UnaryNode:
		w.look(x.Node)
	case *ast.BinaryNode:
		if !slices.Contains(arithmetic, x.Operator) {
			w.refuse(x, "公式里不能用%q，可用的有：%s", "%q is not allowed in a formula; there are: %s", x.Operator, strings.Join(arithmetic, " "))
			return
		}
		w.look(x.Left)
		before := w.seen
		w.look(x.Right)
		w.divisor(x, w.seen > before)
	case *ast.ConditionalNode:
		w.look(x.Cond)
		w.look(x.Exp1)
		w.look(x.Exp2)
	case *ast.BuiltinNode:
		w.call(x, x.Name, x.Arguments)
	case *ast.CallNode:
		name, _ := x.Callee.(*ast.IdentifierNode)
		if name == nil {
			name = &ast.IdentifierNode{Value: "?"}
		}
		w.call(x, name.Value, x.Arguments)
	default:
		w.refuse(n, "公式里只能有数字、名称、四则运算、比较和条件", "a formula consists of numbers, names, arithmetic, comparisons and conditions alone")
	}
}

// functions are how many arguments each takes.
var functions = map[string]int{"min": 2, "max": 2, "abs": 1}

func (w *warden) call(n ast.Node, name string, args []ast.Node) {
	want, ok := functions[name]
	switch loops := slices.ContainsFunc(args, func(a ast.Node) bool { _, is := a.(*ast.PredicateNode); return is }); {
	case loops:
		w.refuse(n, "公式里不能循环（%s）", "a formula may not loop (%s)", name)
	case !ok:
		w.refuse(n, "未知的函数%q，可用的有：abs, max, min", "unknown function %q; there are: abs, max, min", name)
	case len(args) != want:
		w.refuse(n, "%s须有%d个参数", "%s takes %d arguments", name, want)
	default:
		for _, a := range args {
			w.look(a)
		}
	}
}

// divisor refuses a division by what is zero whatever the cases are. By what may come to be zero there is no value then.
func (w *warden) divisor(x *ast.BinaryNode, named bool) {
	if x.Operator != "/" || len(w.faults) > 0 {
		return
	}
	zero := false
	if s, ok := sumOf(x.Right); ok {
		zero = s.isZero()
	} else if !named {
		v, err := expr.Eval(x.Right.String(), nil)
		zero = err != nil || number(v) == 0
	} else {
		zero = boundsOf(x.Right).zero()
	}
	if zero {
		w.refuse(x.Right, "除数恒为零", "this divides by zero")
	}
}

func (w *warden) name(x *ast.IdentifierNode) {
	w.seen++
	if _, ok := byName[x.Value]; !ok {
		w.refuse(x, "未知的名称%q，可用的见 docs/scorecards.md", "unknown name %q; docs/scorecards.md lists what there is", x.Value)
		return
	}
	if !slices.Contains(w.names, x.Value) {
		w.names = append(w.names, x.Value)
	}
}

func (w *warden) literal(n ast.Node, v float64) {
	if !(math.Abs(v) <= maxLiteral) {
		w.refuse(n, "数字不能超过%g", "no number may exceed %g", float64(maxLiteral))
	}
}

func (w *warden) refuse(n ast.Node, zh, en string, args ...any) {
	line, column := position(w.text, n.Location().From)
	w.faults = append(w.faults, policy.Fault{Line: line, Column: column, Reason: say(zh, en, args...)})
}

// position is the line and column, from 1, of the rune at an offset.
func position(text string, offset int) (line, column int) {
	line, column = 1, 1
	for i, r := range []rune(text) {
		if i == offset {
			break
		}
		if column++; r == '\n' {
			line, column = line+1, 1
		}
	}
	return line, column
}

// foreign words what the library finds wrong: it does not parse, or its types do not fit.
func foreign(err error) []policy.Fault {
	var at *file.Error
	if !errors.As(err, &at) {
		return faultsAt(0, 0, say("公式有误：%s", "the formula is wrong: %s", err))
	}
	return faultsAt(max(at.Line, 1), at.Column+1, say("公式有误：%s", "the formula is wrong: %s", at.Message))
}

func faultsAt(line, column int, reason policy.Text) []policy.Fault {
	return []policy.Fault{{Line: line, Column: column, Reason: reason}}
}

func say(zh, en string, args ...any) policy.Text {
	return policy.Text{Zh: fmt.Sprintf(zh, args...), En: fmt.Sprintf(en, args...)}
}

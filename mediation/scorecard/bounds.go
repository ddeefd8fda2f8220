package scorecard

import (
	"math"

	"github.com/expr-lang/expr/ast"
)

// bounds are between which values a part of a formula lies, whatever the cases are. No term is below zero: all are counts, shares and times.
type bounds struct{ low, high float64 }

var anything = bounds{math.Inf(-1), math.Inf(1)}

// zero tells whether it is zero for all cases.
func (b bounds) zero() bool { return b.low == 0 && b.high == 0 }

// boundsOf never says less than can be.
func boundsOf(n ast.Node) bounds {
	switch x := n.(type) {
	case *ast.IdentifierNode:
		return bounds{0, math.Inf(1)}
	case *ast.IntegerNode:
		return bounds{float64(x.Value), float64(x.Value)}
	case *ast.FloatNode:
		return bounds{x.Value, x.Value}
	case *ast.UnaryNode:
		b := boundsOf(x.Node)
		if x.Operator == "-" {
			b = bounds{-b.high, -b.low}
		}
		return b
	case *ast.ConditionalNode:
		a, b := boundsOf(x.Exp1), boundsOf(x.Exp2)
		return bounds{min(a.low, b.low), max(a.high, b.high)}
	case *ast.BinaryNode:
		return boundsOfTwo(x.Operator, boundsOf(x.Left), boundsOf(x.Right))
	case *ast.BuiltinNode:
		return boundsOfCall(x.Name, x.Arguments)
	case *ast.CallNode:
		if name, ok := x.Callee.(*ast.IdentifierNode); ok {
			return boundsOfCall(name.Value, x.Arguments)
		}
	}
	return anything
}

func boundsOfTwo(operator string, a, b bounds) bounds {
	switch operator {
	case "+":
		return bounds{a.low + b.low, a.high + b.high}
	case "-":
		return bounds{a.low - b.high, a.high - b.low}
	case "*":
		return spanned(multiplied, a, b)
	case "/":
		if b.low > 0 || b.high < 0 {
			return spanned(func(x, y float64) float64 { return multiplied(x, 1/y) }, a, b)
		}
	}
	return anything
}

// multiplied is the product, in which nothing makes nothing of anything, however much.
func multiplied(x, y float64) float64 {
	if x == 0 || y == 0 {
		return 0
	}
	return x * y
}

// spanned is what an operation comes to at the corners, between which it lies.
func spanned(do func(x, y float64) float64, a, b bounds) bounds {
	span := bounds{math.Inf(1), math.Inf(-1)}
	for _, x := range []float64{a.low, a.high} {
		for _, y := range []float64{b.low, b.high} {
			span.low, span.high = min(span.low, do(x, y)), max(span.high, do(x, y))
		}
	}
	return span
}

func boundsOfCall(name string, args []ast.Node) bounds {
	if len(args) != functions[name] || len(args) == 0 {
		return anything
	}
	a := boundsOf(args[0])
	switch name {
	case "min":
		b := boundsOf(args[1])
		return bounds{min(a.low, b.low), min(a.high, b.high)}
	case "max":
		b := boundsOf(args[1])
		return bounds{max(a.low, b.low), max(a.high, b.high)}
	case "abs":
		return bounds{max(0, a.low, -a.high), max(-a.low, a.high)}
	}
	return anything
}

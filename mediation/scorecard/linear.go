package scorecard

import "github.com/expr-lang/expr/ast"

// sum is a part of a formula as so much of each name and a number beside; names of which nothing is left do not stand in it.
type sum struct {
	of    map[string]float64
	plain float64
}

// sumOf reads a part that is made of sums, differences and multiples; false where it is anything else.
func sumOf(n ast.Node) (sum, bool) {
	switch x := n.(type) {
	case *ast.IdentifierNode:
		return sum{of: map[string]float64{x.Value: 1}}, true
	case *ast.IntegerNode:
		return sum{plain: float64(x.Value)}, true
	case *ast.FloatNode:
		return sum{plain: x.Value}, true
	case *ast.UnaryNode:
		s, ok := sumOf(x.Node)
		if x.Operator == "-" {
			s = s.times(-1)
		}
		return s, ok && (x.Operator == "-" || x.Operator == "+")
	case *ast.BinaryNode:
		a, known := sumOf(x.Left)
		b, ok := sumOf(x.Right)
		if !known || !ok {
			return sum{}, false
		}
		switch {
		case x.Operator == "+":
			return a.plus(b), true
		case x.Operator == "-":
			return a.plus(b.times(-1)), true
		case x.Operator == "*" && len(a.of) == 0:
			return b.times(a.plain), true
		case x.Operator == "*" && len(b.of) == 0:
			return a.times(b.plain), true
		case x.Operator == "/" && len(b.of) == 0 && b.plain != 0:
			return a.times(1 / b.plain), true
		}
	}
	return sum{}, false
}

func (s sum) times(by float64) sum {
	if by == 0 {
		return sum{}
	}
	of := make(map[string]float64, len(s.of))
	for name, n := range s.of {
		of[name] = n * by
	}
	return sum{of, s.plain * by}
}

func (s sum) plus(o sum) sum {
	of := make(map[string]float64, len(s.of)+len(o.of))
	for name, n := range s.of {
		of[name] = n
	}
	for name, n := range o.of {
		if of[name] += n; of[name] == 0 {
			delete(of, name)
		}
	}
	return sum{of, s.plain + o.plain}
}

// isZero tells whether the part is zero whatever the cases are.
func (s sum) isZero() bool { return len(s.of) == 0 && s.plain == 0 }

package scorecard

import (
	"maps"

	"fengqiao/mediation/figures"
	"fengqiao/mediation/policy"

	"github.com/expr-lang/expr/ast"
)

// Law that no scorecard may bend: targets never reward refusing intake, and giving up petitions is counted and never demanded. So it is
// reckoned of each formula, when it is loaded, which way every term moves it; what moves the score up is refused where it must not.

// course is which ways a term moves a value.
type course uint8

const (
	up   course = 1
	down course = 2
	both        = up | down
)

// turned is the course of what moves the other way.
func (c course) turned() course { return c&up<<1 | c&down>>1 }

// rule is one such law about one term.
type rule struct {
	term string
	way  course // in which the term must not move the score
	text policy.Text
}

// rules are checked in this order.
var rules = []rule{
	{"state_not_accepted", up, policy.Text{Zh: "考核不得奖励拒收：不予受理的件数越多得分越高", En: "no target may reward refusing intake: the more is refused, the better the score"}},
	{"state_withdrawn", up, policy.Text{Zh: "不得以息诉罢访为条件：撤回的件数越多得分越高", En: "giving up petitions may never be demanded: the more is withdrawn, the better the score"}},
	{"received", down, policy.Text{Zh: "考核不得奖励拒收：收到的件数越少得分越高", En: "no target may reward refusing intake: the less is received, the better the score"}},
}

// guard finds the laws that a formula would bend.
func guard(root ast.Node, x *policy.Indicator) []policy.Fault {
	moves := weigh(root).moves
	var faults []policy.Fault
	for _, r := range rules {
		c := moves[r.term]
		if x.Better == policy.Lower {
			c = c.turned()
		}
		if c&r.way == 0 || r.term == "received" && x.Counts() {
			continue
		}
		text := r.text
		if c == both {
			text.Zh += "（至少在有的情形下如此）"
			text.En += " (in some situations at least)"
		}
		faults = append(faults, policy.Fault{Reason: text})
	}
	return faults
}

// sign is what is known of a value's sign.
type sign int

const (
	anySign  sign = iota
	positive      // or zero
	negative      // or zero
)

// weighed is what is known of a part of a formula: its sign, and which ways each term moves it.
type weighed struct {
	sign  sign
	moves map[string]course
}

// weigh reckons from the leaves up. What it cannot tell it takes to move both ways.
func weigh(n ast.Node) weighed {
	switch x := n.(type) {
	case *ast.IdentifierNode:
		return weighed{positive, map[string]course{x.Value: up}} // counts, shares and times are never below zero
	case *ast.IntegerNode:
		return weighed{signOf(float64(x.Value)), nil}
	case *ast.FloatNode:
		return weighed{signOf(x.Value), nil}
	case *ast.UnaryNode:
		if v := weigh(x.Node); x.Operator == "-" {
			return v.turned()
		} else if x.Operator == "+" {
			return v
		}
		return weigh(x.Node).unsure()
	case *ast.BinaryNode:
		return binary(x.Operator, weigh(x.Left), weigh(x.Right))
	case *ast.ConditionalNode:
		a, b := weigh(x.Exp1), weigh(x.Exp2)
		return weighed{common(a.sign, b.sign), union(weigh(x.Cond).unsure().moves, union(a.moves, b.moves))}
	case *ast.BuiltinNode:
		return function(x.Name, x.Arguments)
	case *ast.CallNode:
		return function("", x.Arguments)
	}
	return weighed{}
}

func function(name string, args []ast.Node) weighed {
	v := weigh(args[0])
	switch {
	case name == "abs":
		v.moves = v.by(v.sign)
		v.sign = positive
	case name == "min" || name == "max":
		b := weigh(args[1])
		v = weighed{common(v.sign, b.sign), union(v.moves, b.moves)}
	default:
		return v.unsure()
	}
	return v
}

func binary(operator string, a, b weighed) weighed {
	switch operator {
	case "+":
		return weighed{common(a.sign, b.sign), union(a.moves, b.moves)}
	case "-":
		b = b.turned()
		return weighed{common(a.sign, b.sign), union(a.moves, b.moves)}
	case "*":
		return weighed{product(a.sign, b.sign), union(a.by(b.sign), b.by(a.sign))}
	case "/":
		under := b.turned()
		if b.sign != positive {
			under = b.unsure() // through zero it jumps to the other side
		} else if a.counts() {
			// A share of what came in rewards nobody for turning people away: who is refused stays among what came in.
			delete(under.moves, "received")
		}
		return weighed{product(a.sign, b.sign), union(a.by(b.sign), under.by(a.sign))}
	}
	return weighed{anySign, union(a.unsure().moves, b.unsure().moves)} // a comparison jumps
}

// by is how the terms move a product, its other factor having this sign.
func (w weighed) by(s sign) map[string]course {
	switch s {
	case positive:
		return w.moves
	case negative:
		return w.turned().moves
	}
	return w.unsure().moves
}

// counts tells whether the part is made of counts of cases.
func (w weighed) counts() bool {
	for name := range w.moves {
		if byName[name].Unit != figures.Count {
			return false
		}
	}
	return len(w.moves) > 0
}

func (w weighed) turned() weighed {
	t := weighed{map[sign]sign{positive: negative, negative: positive}[w.sign], map[string]course{}}
	for name, c := range w.moves {
		t.moves[name] = c.turned()
	}
	return t
}

func (w weighed) unsure() weighed {
	t := weighed{anySign, map[string]course{}}
	for name := range w.moves {
		t.moves[name] = both
	}
	return t
}

func union(a, b map[string]course) map[string]course {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]course{}
	}
	for name, c := range b {
		all[name] |= c
	}
	return all
}

func signOf(v float64) sign {
	if v < 0 {
		return negative
	}
	return positive
}

func common(a, b sign) sign {
	if a == b {
		return a
	}
	return anySign
}

func product(a, b sign) sign {
	switch {
	case a == anySign || b == anySign:
		return anySign
	case a == b:
		return positive
	}
	return negative
}

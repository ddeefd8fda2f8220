package scorecard

import (
	"fmt"
	"testing"

	"fengqiao/mediation/figures"

	"pgregory.net/rapid"
)

// drawn is a random formula.
func drawn(t *rapid.T, depth int) string {
	if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
		return rapid.SampledFrom([]string{"received", "open", "closed", "0", "1", "2", "0.5", "-3"}).Draw(t, "word")
	}
	a, b := drawn(t, depth-1), drawn(t, depth-1)
	switch kind := rapid.SampledFrom([]string{"+", "-", "*", "/", "min", "max", "abs", "if", "neg"}).Draw(t, "kind"); kind {
	case "min", "max":
		return fmt.Sprintf("%s(%s, %s)", kind, a, b)
	case "abs":
		return fmt.Sprintf("abs(%s)", a)
	case "neg":
		return fmt.Sprintf("(-(%s))", a)
	case "if":
		return fmt.Sprintf("((%s) > 2 ? (%s) : (%s))", a, a, b)
	default:
		return fmt.Sprintf("((%s) %s (%s))", a, kind, b)
	}
}

// Whatever the cases are, a formula's value lies within its bounds: so none is refused as a division by zero that ever has a value.
func TestAFormulasValueLiesWithinItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawn(t, 3)
		f, node, faults := read(text)
		if len(faults) > 0 {
			t.Skip(text)
		}
		b := boundsOf(node)
		const least = 1e-9 // of rounding
		for range 20 {
			count := func(name string) int {
				return rapid.SampledFrom([]int{0, 1, 2, 3, 10, 1000, 1_000_000}).Draw(t, name)
			}
			tally := figures.Tally{Received: count("received"), Open: count("open"), Closed: count("closed")}
			v, ok := f.Value(&tally)
			if slack := least * (1 + max(v, -v)); ok && (v < b.low-slack || v > b.high+slack) {
				t.Fatalf("%s of %+v is %g, not within %+v", text, tally, v, b)
			}
		}
	})
}

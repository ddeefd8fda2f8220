package push

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWaitsGrowAreSpreadAndObeyTheVendor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := time.Duration(rapid.Int64Range(1, int64(time.Minute)).Draw(t, "base"))
		most := base + time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "most"))
		attempts := rapid.IntRange(1, 200).Draw(t, "attempts")
		after := time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(t, "after"))
		lowest := backoff{base: base, most: most, random: func(int64) int64 { return 0 }}
		highest := backoff{base: base, most: most, random: func(n int64) int64 { return n - 1 }}
		if after > 0 {
			asked := min(after, longestAfter)
			if got := lowest.wait(attempts, after); got != asked {
				t.Fatalf("shortest wait %v, asked for %v", got, asked)
			}
			if got := highest.wait(attempts, after); got != asked+base {
				t.Fatalf("longest wait %v, asked for %v", got, asked)
			}
			return
		}
		ceiling := most
		if doubled := math.Ldexp(float64(base), attempts); doubled < float64(most) {
			ceiling = time.Duration(doubled)
		}
		if got := lowest.wait(attempts, 0); got != ceiling-ceiling/2 {
			t.Fatalf("shortest wait %v after %d attempts, want half of %v", got, attempts, ceiling)
		}
		if got := highest.wait(attempts, 0); got != ceiling {
			t.Fatalf("longest wait %v after %d attempts, want %v", got, attempts, ceiling)
		}
	})
}

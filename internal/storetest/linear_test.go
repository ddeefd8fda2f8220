package storetest

import (
	"testing"

	"github.com/anishathalye/porcupine"
)

// TestTheCheckerTellsALostUpdate gives the checker histories that no single order of events explains.
func TestTheCheckerTellsALostUpdate(t *testing.T) {
	read := func(from, to, revision int64) porcupine.Operation {
		return porcupine.Operation{Input: request{id: "a"}, Call: from, Return: to, Output: answer{revision: revision}}
	}
	write := func(from, to, seen int64, done bool) porcupine.Operation {
		out := answer{}
		if done {
			out = answer{seen + 1, true}
		}
		return porcupine.Operation{Input: request{id: "a", write: true, seen: seen}, Call: from, Return: to, Output: out}
	}
	for name, c := range map[string]struct {
		history []porcupine.Operation
		fits    bool
	}{
		"one after the other":                    {[]porcupine.Operation{read(0, 1, 1), write(2, 3, 1, true), read(4, 5, 2)}, true},
		"two at once, one told that it is stale": {[]porcupine.Operation{read(0, 1, 1), write(2, 9, 1, true), write(3, 9, 1, false)}, true},
		"two at once, both told that it is done": {[]porcupine.Operation{read(0, 1, 1), write(2, 9, 1, true), write(3, 9, 1, true)}, false},
		"what was answered is not there":         {[]porcupine.Operation{read(0, 1, 1), write(2, 3, 1, true), read(4, 5, 1)}, false},
		"read back in time":                      {[]porcupine.Operation{read(0, 1, 1), write(2, 9, 1, true), read(3, 4, 2), read(5, 6, 1)}, false},
	} {
		if got := porcupine.CheckOperations(revisions, c.history); got != c.fits {
			t.Errorf("%s: linearizable %v", name, got)
		}
	}
}

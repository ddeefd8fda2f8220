package archive

import (
	"strconv"
	"time"

	"fengqiao/internal/checkpoint"
	"fengqiao/internal/seal"
	"fengqiao/internal/store"
)

// records are the checkpoints that the store is held against.
func (v *verifier) records() []*checkpoint.Record {
	var list []*checkpoint.Record
	for _, r := range []*checkpoint.Record{v.held.Own, v.held.Kept} {
		if r != nil {
			list = append(list, r)
		}
	}
	return list
}

// checkpoints tells what is wrong with the checkpoints themselves.
func (v *verifier) checkpoints() {
	for _, r := range v.records() {
		where := "in the store"
		if r == v.held.Kept {
			where = "in the file"
		}
		for _, p := range r.Problems {
			v.add("checkpoint", strconv.FormatInt(p.N, 10), "%s: %v", where, p.Err)
		}
	}
	if n := v.held.Apart; n > 0 {
		v.add("checkpoint", strconv.FormatInt(n, 10), "the store has another one or none: it was brought back to an earlier state, or rewritten")
	}
}

// marked holds something that never changes against what the checkpoints say of it.
func (v *verifier) marked(kind checkpoint.Kind, id string, sum []byte) {
	for _, s := range v.stands(checkpoint.Of{Kind: kind, ID: id}) {
		if string(s.Sum[:]) != string(sum) {
			v.add(string(kind), id, "it is not the one that checkpoint %d states: it was changed or exchanged since", s.N)
			return
		}
	}
}

// looks holds the record of who read what against the checkpoints.
func (v *verifier) looks() error {
	return v.Engine.Walk(v.ctx, looksTable, func(r store.Row) error {
		v.found.Looks++
		v.progress("verify looks", v.found.Looks, 0)
		v.marked(checkpoint.Look, r.ID, store.LookSum(r))
		return nil
	})
}

// erasures looks whether the journal still knows of every erasure that the checkpoints state.
func (v *verifier) erasures() error {
	return v.Store.Erasures().Since(v.ctx, time.Time{}, func(e seal.Erasure) error {
		v.stands(checkpoint.Of{Kind: checkpoint.Erasure, ID: e.ID})
		return nil
	})
}

// missing tells what the checkpoints speak of and the store has no more.
func (v *verifier) missing() {
	told := map[checkpoint.Of]bool{}
	for _, r := range v.records() {
		r.Missing(func(s checkpoint.Stand) {
			if !told[s.Of] {
				told[s.Of] = true
				v.add(string(s.Kind), s.ID, "it is not there, though checkpoint %d speaks of it", s.N)
			}
		})
	}
}

package archive

import (
	"errors"

	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// The catch-all's own check (兜底): every matter has been answered, or there is a time at which somebody looks at it next. The sweep finds what is
// due by a key of the row, so it is not enough that the record says so.

// deskOrdersTable by its name in store.Tables.
const deskOrdersTable = "desk_orders"

const unlooked = "nothing lets the sweep find it"

func (v *verifier) looseCase(row store.Row, c *mediation.Case) error {
	again, err := v.again(c.Policy)
	if err != nil {
		return err
	}
	if why := c.Loose(again); why != "" {
		v.add("loose", c.ID, "%s", why)
	} else if !c.NextDue.IsZero() && row.Keys["due"] == int64(0) {
		v.add("loose", c.ID, "it is to be looked at, and %s", unlooked)
	}
	return nil
}

// again tells whether a policy gives open cases that no clock watches to somebody anew. One that is not there, as a copy of a part may lack it,
// promises nothing.
func (v *verifier) again(id string) (bool, error) {
	v.mu.Lock()
	again, known := v.catches[id]
	v.mu.Unlock()
	if known || id == "" {
		return again, nil
	}
	p, err := v.Store.Policies().Version(v.ctx, id)
	switch {
	case err == nil:
		again = p.Duty.Again > 0
	case !errors.Is(err, mediation.ErrNotFound):
		return false, v.unreadable("policy "+id, err)
	}
	v.mu.Lock()
	v.catches[id] = again
	v.mu.Unlock()
	return again, nil
}

func (v *verifier) looseReport(row store.Row, rep *mediation.Report) {
	if rep.Waits() && row.Keys["pending"] == int64(0) {
		v.add("loose", rep.ID, "the report is in no case, and %s", unlooked)
	}
}

// orders walks what outside desks have sent.
func (v *verifier) orders() error {
	n := int64(0)
	return v.Engine.Walk(v.ctx, deskOrdersTable, func(row store.Row) error {
		n++
		v.progress("verify desk orders", n, 0)
		o, err := store.ReadDeskOrder(row)
		if err != nil {
			return v.unreadable("desk order "+row.ID, err)
		}
		if why := o.Loose(); why != "" {
			v.add("loose", row.ID, "%s", why)
		} else if !o.NextDue.IsZero() && row.Keys["due"] == int64(0) {
			v.add("loose", row.ID, "what its desk said waits, and %s", unlooked)
		}
		return nil
	})
}

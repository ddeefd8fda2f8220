package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/desk"
)

const deskOrdersTable = "desk_orders"

// deskTables: an order lies under its desk and number, sorted by when it began.
var deskTables = []Table{{Name: deskOrdersTable, Tagged: true, Keys: []Key{{"due", Int}}, Indexes: []Index{{Keys: []string{"due", "sort"}}}}}

// DeskOrders implements desk.Orders.
type DeskOrders struct{ s *Store }

// DeskOrders returns the port.
func (s *Store) DeskOrders() *DeskOrders { return &DeskOrders{s} }

var _ desk.Orders = (*DeskOrders)(nil)

// deskOrderID has the desk's name first; a name has no slash in it, so two desks cannot meet in one row.
func deskOrderID(key mediation.Outside) string { return key.Desk + "/" + key.Number }

func deskOrderRow(o *desk.Order) (Row, error) {
	body, err := encode(o)
	return Row{ID: deskOrderID(o.Outside), Sort: o.Began.UnixMilli(), Tags: []string{"d:" + o.Desk}, Keys: map[string]any{"due": millis(o.NextDue)}, Body: body}, err
}

// ReadDeskOrder makes an order of its row, for those who walk the table.
func ReadDeskOrder(row Row) (desk.Order, error) { return readDeskOrder(row) }

func readDeskOrder(row Row) (o desk.Order, err error) {
	err = decode(deskOrdersTable, row.ID, row.Body, &o)
	o.Version = row.Version
	return o, err
}

// Load returns an order.
func (p *DeskOrders) Load(ctx context.Context, key mediation.Outside) (desk.Order, error) {
	row, err := p.s.Engine.Get(ctx, deskOrdersTable, deskOrderID(key))
	if err != nil {
		return desk.Order{}, trouble("load desk order", err)
	}
	return readDeskOrder(row)
}

// Change makes or changes an order.
func (p *DeskOrders) Change(ctx context.Context, key mediation.Outside, fn func(*desk.Order) error) (desk.Order, error) {
	for {
		o, err := p.update(ctx, key, fn)
		if !errors.Is(err, ErrNotFound) {
			return o, trouble("change desk order", err)
		}
		o = desk.Order{Outside: key}
		if err := fn(&o); err != nil {
			return desk.Order{}, err
		}
		row, err := deskOrderRow(&o)
		if err != nil {
			return o, err
		}
		done, err := p.s.Engine.Apply(ctx, Write{Table: deskOrdersTable, Op: Insert, Row: row})
		if errors.Is(err, ErrExists) {
			continue // somebody was quicker: now it is there to be changed, and orders are never taken away
		}
		if err != nil {
			return o, trouble("store desk order", err)
		}
		o.Version = done[0].Version
		return o, nil
	}
}

func (p *DeskOrders) update(ctx context.Context, key mediation.Outside, fn func(*desk.Order) error) (o desk.Order, err error) {
	done, err := p.s.modify(ctx, deskOrdersTable, deskOrderID(key), func(row Row) (Row, []Write, error) {
		var err error
		if o, err = readDeskOrder(row); err != nil {
			return row, nil, err
		}
		if err := fn(&o); err != nil {
			return row, nil, err
		}
		next, err := deskOrderRow(&o)
		return next, nil, err
	})
	o.Version = done.Version
	return o, err
}

// Tell changes an order that is there, together with its notices.
func (p *DeskOrders) Tell(ctx context.Context, key mediation.Outside, fn func(*desk.Order) []mediation.Notice) error {
	_, _, err := telling[desk.Order]{p.s, deskOrdersTable, readDeskOrder, deskOrderRow}.change(ctx, deskOrderID(key), func(o *desk.Order) ([]mediation.Notice, error) {
		return fn(o), nil
	})
	return trouble("tell of desk order", err)
}

// Due returns what the sweep must look at.
func (p *DeskOrders) Due(ctx context.Context, until time.Time, limit int) ([]mediation.Outside, error) {
	ids, err := p.s.dueIDs(ctx, deskOrdersTable, until, limit)
	keys := make([]mediation.Outside, len(ids))
	for i, id := range ids {
		keys[i].Desk, keys[i].Number, _ = strings.Cut(id, "/")
	}
	return keys, err
}

// Defer puts the sweep off.
func (p *DeskOrders) Defer(ctx context.Context, key mediation.Outside, until time.Time) error {
	_, err := p.s.modify(ctx, deskOrdersTable, deskOrderID(key), func(row Row) (Row, []Write, error) {
		o, err := readDeskOrder(row)
		if err != nil {
			row.Keys["due"] = until.UnixMilli() // one that cannot be read must not hold up the sweep either
			return row, nil, nil
		}
		o.NextDue = until
		next, err := deskOrderRow(&o)
		return next, nil, err
	})
	return trouble("put off desk order", err)
}

// Each reads every order. One that cannot be read is verify's to tell.
func (p *DeskOrders) Each(ctx context.Context, fn func(desk.Order) error) error {
	return p.s.Engine.Walk(ctx, deskOrdersTable, func(row Row) error {
		o, err := readDeskOrder(row)
		if err != nil {
			return nil
		}
		return fn(o)
	})
}

// List pages a desk's orders, newest first.
func (p *DeskOrders) List(ctx context.Context, name, cursor string, limit int) ([]desk.Order, string, error) {
	after, err := readPosition(cursor)
	if err != nil {
		return nil, "", err
	}
	rows, err := p.s.Engine.Find(ctx, Query{Table: deskOrdersTable, Tags: []string{"d:" + name}, Desc: true, After: after, Limit: limit + 1})
	if err != nil {
		return nil, "", trouble("list desk orders", err)
	}
	next := ""
	if len(rows) > limit {
		rows, next = rows[:limit], writePosition(rows[limit-1])
	}
	orders := make([]desk.Order, len(rows))
	for i, row := range rows {
		if orders[i], err = readDeskOrder(row); err != nil {
			return nil, "", err
		}
	}
	return orders, next, nil
}

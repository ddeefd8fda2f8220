package webhook

import (
	"context"
	"errors"
	"strings"

	"fengqiao/push"
)

// Devices adds the desks' endpoints to the devices of a store: they are settings and not registered by anybody, so that no call of the
// API can make the server call an address.
type Devices struct {
	push.Devices
	Endpoints []Endpoint
	// UnitOf is the unit of a user who is a desk's account; "" for everybody else.
	UnitOf func(ctx context.Context, user string) (string, error)
}

var _ push.Devices = (*Devices)(nil)

// prefix of the ids of endpoints; those of registered devices are UUIDs. The user stands in the id, since that is all that Get is told.
const prefix = "desk:"

func (d *Devices) device(e Endpoint, user string) push.Device {
	return push.Device{ID: prefix + e.Desk + ":" + user, User: user, Vendor: Vendor, Token: e.Desk}
}

// Get implements push.Devices.
func (d *Devices) Get(ctx context.Context, id string) (push.Device, error) {
	rest, ours := strings.CutPrefix(id, prefix)
	if !ours {
		return d.Devices.Get(ctx, id)
	}
	name, user, _ := strings.Cut(rest, ":")
	found, err := d.of(ctx, user)
	if err != nil {
		return push.Device{}, err
	}
	for _, e := range found {
		if e.Desk == name {
			return d.device(e, user), nil
		}
	}
	return push.Device{}, push.ErrNotFound
}

// OfUsers implements push.Devices.
func (d *Devices) OfUsers(ctx context.Context, users ...string) ([]push.Device, error) {
	all, err := d.Devices.OfUsers(ctx, users...)
	if err != nil || len(d.Endpoints) == 0 {
		return all, err
	}
	for _, user := range users {
		found, err := d.of(ctx, user)
		if err != nil {
			return nil, err
		}
		for _, e := range found {
			all = append(all, d.device(e, user))
		}
	}
	return all, nil
}

func (d *Devices) of(ctx context.Context, user string) ([]Endpoint, error) {
	unit, err := d.UnitOf(ctx, user)
	if errors.Is(err, push.ErrNotFound) || err == nil && unit == "" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var found []Endpoint
	for _, e := range d.Endpoints {
		if e.Unit == unit {
			found = append(found, e)
		}
	}
	return found, nil
}

// Discard implements push.Devices. An endpoint goes with the settings and not with an answer.
func (d *Devices) Discard(ctx context.Context, id, token string) error {
	if strings.HasPrefix(id, prefix) {
		return nil
	}
	return d.Devices.Discard(ctx, id, token)
}

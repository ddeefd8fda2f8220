package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/mediation"
	"fengqiao/mediation/desk"
)

// eraseDeskOrder erases what waits for an order of an outside desk that has not come.
func (c *command) eraseDeskOrder(ctx context.Context, name string, yes bool) error {
	var key mediation.Outside
	var ok bool
	if key.Desk, key.Number, ok = strings.Cut(name, "/"); !ok {
		return fmt.Errorf("%w: an order is named DESK/NUMBER, such as 12345/GD-1", settings.ErrUsage)
	}
	in, err := openInstallation(ctx, c.Values, c.shell)
	if err != nil {
		return err
	}
	if !yes {
		_, err = in.Store.DeskOrders().Load(ctx, key)
		if err == nil {
			err = c.sayNothingErased(1)
		}
		return errors.Join(err, in.Close())
	}
	e := &desk.Eraser{Orders: in.Store.DeskOrders(), Keys: in.ring}
	if err := errors.Join(e.Erase(ctx, key), in.Close()); err != nil {
		return err
	}
	c.say(c.out, words.Text{Zh: "已注销", En: "erased"})
	return nil
}

// deskAcquaintance finds whom desks spoke of in what waits for orders that have not come.
func (in *installation) deskAcquaintance(cases *mediation.Service) *desk.Acquaintance {
	return &desk.Acquaintance{Eraser: &desk.Eraser{Orders: in.Store.DeskOrders(), Keys: in.ring}, Open: cases.Open, Hashes: cases.Hashes}
}

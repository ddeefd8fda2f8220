package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"fengqiao/mediation"
	"fengqiao/push"
)

func inboxItem(user string, n int) push.Item {
	notice := fmt.Sprintf("notice-%02d", n)
	return push.Item{
		ID: push.ItemID(notice, user), User: user, Notice: notice, Kind: mediation.NoticeOffer, Case: "case-" + notice,
		At: pushNow.Add(time.Duration(n/2) * time.Minute), Due: pushNow.Add(time.Hour),
	}
}

func pushInbox(t *testing.T, box push.Inbox) {
	ctx := t.Context()
	for n := range 9 {
		pushOK(t, box.Put(ctx, inboxItem("ann", n), inboxItem("bob", n)))
	}
	unread := func(user string, want int) {
		t.Helper()
		if n, err := box.Unread(ctx, user, 100); err != nil || n != want {
			t.Fatalf("%s has %d unread, %v; want %d", user, n, err, want)
		}
	}
	unread("ann", 9)
	unread("nobody", 0)
	unread("", 0)
	if n, err := box.Unread(ctx, "ann", 4); err != nil || n != 4 {
		t.Fatalf("counted %d, %v; want to stop at 4", n, err)
	}

	first, second := inboxItem("ann", 0), inboxItem("ann", 1)
	read := pushNow.Add(time.Hour)
	pushOK(t, box.MarkRead(ctx, "ann", read, first.ID, second.ID, inboxItem("bob", 0).ID, "unknown"))
	pushOK(t, box.MarkRead(ctx, "ann", read.Add(time.Hour), first.ID))
	unread("ann", 7)
	unread("bob", 9)
	pushOK(t, box.Put(ctx, first)) // told again after a crash
	unread("ann", 7)

	all := inboxWalk(t, box, "ann", false, func() {
		pushOK(t, box.Put(ctx, inboxItem("ann", 50), inboxItem("bob", 50)))
	})
	var want []string
	for n := 8; n >= 0; n-- {
		want = append(want, inboxItem("ann", n).ID)
	}
	var got []string
	for _, it := range all {
		got = append(got, it.ID)
		if wasRead := it.ID == first.ID || it.ID == second.ID; wasRead != it.Read.Equal(read) {
			t.Errorf("%s read at %v", it.ID, it.Read)
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("listed %v, want %v", got, want)
	}
	if open := inboxWalk(t, box, "ann", true, func() {}); len(open) != 8 {
		t.Fatalf("%d unread items listed, want the 7 and the one that came later", len(open))
	}
	for _, text := range []string{"no cursor of ours", forged(":")[1], encoded(`{"s":17,"i":"ab","x":1}`), encoded("{\"s\":17,\"i\":\"\xff\"}")} {
		_, _, err := box.List(ctx, "ann", false, text, 3)
		pushFails(t, err, push.ErrBadCursor)
	}
}

// inboxWalk reads all pages of two, with something happening between them.
func inboxWalk(t *testing.T, box push.Inbox, user string, unread bool, meanwhile func()) (all []push.Item) {
	t.Helper()
	cursor := ""
	for {
		items, next, err := box.List(t.Context(), user, unread, cursor, 2)
		pushOK(t, err)
		all = append(all, items...)
		if next == "" {
			return all
		}
		cursor = next
		meanwhile()
	}
}

func pushDevice(id, user, token string) push.Device {
	return push.Device{ID: id, User: user, Vendor: "fcm", Platform: "android", Token: token, Seen: pushNow}
}

func wantDevices(t *testing.T, d push.Devices, users []string, want ...push.Device) {
	t.Helper()
	got, err := d.OfUsers(t.Context(), users...)
	pushOK(t, err)
	key := func(d push.Device) string {
		return fmt.Sprint(d.ID, " ", d.User, " ", d.Token, " ", d.Vendor, " ", d.Platform, " ", d.Seen.UnixMilli())
	}
	var a, b []string
	for _, x := range got {
		a = append(a, key(x))
	}
	for _, x := range want {
		b = append(b, key(x))
	}
	slices.Sort(a)
	slices.Sort(b)
	if !slices.Equal(a, b) {
		t.Fatalf("devices %v, want %v", a, b)
	}
}

func pushDevices(t *testing.T, d push.Devices) {
	t.Run("a token has one device and one user", func(t *testing.T) { devicesOwner(t, d) })
	t.Run("a refreshed token is the same device", func(t *testing.T) { devicesRefresh(t, d) })
	t.Run("a device is forgotten by its user, its vendor, or time", func(t *testing.T) { devicesForget(t, d) })
	t.Run("one new token registered by many becomes one device", func(t *testing.T) { devicesRace(t, d) })
	t.Run("devices of many users", func(t *testing.T) { devicesMany(t, d) })
}

func devicesOwner(t *testing.T, d push.Devices) {
	ctx := t.Context()
	one := pushDevice("own-1", "own-ann", "own-token-1")
	got, err := d.Register(ctx, one)
	pushOK(t, err)
	if got != one {
		t.Fatalf("registered %+v", got)
	}
	// The phone is handed to bob, who signs in on it.
	bobs := pushDevice("own-2", "own-bob", "own-token-1")
	bobs.Platform, bobs.Seen = "ios", pushNow.Add(time.Hour)
	got, err = d.Register(ctx, bobs)
	pushOK(t, err)
	bobs.ID = one.ID
	if got.ID != one.ID {
		t.Fatalf("the device became %s, want it to stay %s", got.ID, one.ID)
	}
	wantDevices(t, d, []string{"own-ann", "own-bob"}, bobs)
	_, err = d.Get(ctx, "own-2")
	pushFails(t, err, push.ErrNotFound)
	wantDevices(t, d, nil)
}

func devicesRefresh(t *testing.T, d push.Devices) {
	ctx := t.Context()
	one, two := pushDevice("ref-1", "ref-ann", "ref-token-1"), pushDevice("ref-2", "ref-bob", "ref-token-2")
	for _, x := range []push.Device{one, two} {
		_, err := d.Register(ctx, x)
		pushOK(t, err)
	}
	seen := pushNow.Add(time.Hour)
	fresh := func(user, id, token string) push.Device {
		return push.Device{ID: id, User: user, Token: token, Seen: seen}
	}
	_, err := d.Refresh(ctx, fresh("ref-bob", one.ID, "ref-token-3"))
	pushFails(t, err, push.ErrNotFound)
	_, err = d.Refresh(ctx, fresh("ref-ann", "ref-unknown", "ref-token-3"))
	pushFails(t, err, push.ErrNotFound)
	one.Token, one.Seen = "ref-token-3", seen
	got, err := d.Refresh(ctx, fresh("ref-ann", one.ID, one.Token))
	pushOK(t, err)
	if got.ID != one.ID || got.Token != one.Token {
		t.Fatalf("refreshed to %+v", got)
	}
	wantDevices(t, d, []string{"ref-ann", "ref-bob"}, one, two)
	// The old token is free, and one that somebody has moves.
	one.Token = "ref-token-2"
	_, err = d.Refresh(ctx, fresh("ref-ann", one.ID, one.Token))
	pushOK(t, err)
	wantDevices(t, d, []string{"ref-ann", "ref-bob"}, one)
	again := pushDevice("ref-4", "ref-bob", "ref-token-1")
	_, err = d.Register(ctx, again)
	pushOK(t, err)
	wantDevices(t, d, []string{"ref-ann", "ref-bob"}, one, again)
}

func devicesForget(t *testing.T, d push.Devices) {
	ctx := t.Context()
	users := []string{"for-ann"}
	var all []push.Device
	for i := range 4 {
		x := pushDevice(fmt.Sprint("for-", i), "for-ann", fmt.Sprint("for-token-", i))
		x.Seen = pushNow.AddDate(-2, i, 0)
		_, err := d.Register(ctx, x)
		pushOK(t, err)
		all = append(all, x)
	}
	pushFails(t, d.Forget(ctx, "for-bob", all[3].ID), push.ErrNotFound)
	pushOK(t, d.Forget(ctx, "for-ann", all[3].ID))
	pushFails(t, d.Forget(ctx, "for-ann", all[3].ID), push.ErrNotFound)
	pushOK(t, d.Discard(ctx, all[2].ID, "a token that it had before"))
	wantDevices(t, d, users, all[:3]...)
	pushOK(t, d.Discard(ctx, all[2].ID, all[2].Token))
	pushOK(t, d.Discard(ctx, all[2].ID, all[2].Token))
	wantDevices(t, d, users, all[:2]...)
	if n, err := d.Prune(ctx, all[1].Seen, 10); err != nil || n != 1 {
		t.Fatalf("pruned %d, %v", n, err)
	}
	wantDevices(t, d, users, all[1])
}

func devicesRace(t *testing.T, d push.Devices) {
	const n = 20
	users := make([]string, n)
	ids := make([]string, n)
	var wg sync.WaitGroup
	for i := range n {
		users[i] = fmt.Sprint("race-user-", i)
		wg.Go(func() {
			got, err := d.Register(context.WithoutCancel(t.Context()), pushDevice(fmt.Sprint("race-", i), users[i], "race-token"))
			if err != nil {
				t.Error(err)
			}
			ids[i] = got.ID
		})
	}
	wg.Wait()
	got, err := d.OfUsers(t.Context(), users...)
	pushOK(t, err)
	if len(got) != 1 {
		t.Fatalf("the token has %d devices", len(got))
	}
	for _, id := range ids {
		if id != got[0].ID {
			t.Errorf("somebody was told device %s, stored is %s", id, got[0].ID)
		}
	}
}

func devicesMany(t *testing.T, d push.Devices) {
	var users []string
	var want []push.Device
	for i := range 300 {
		x := pushDevice(fmt.Sprint("many-", i), fmt.Sprint("many-user-", i), fmt.Sprint("many-token-", i))
		_, err := d.Register(t.Context(), x)
		pushOK(t, err)
		users, want = append(users, x.User), append(want, x)
	}
	wantDevices(t, d, users, want...)
}

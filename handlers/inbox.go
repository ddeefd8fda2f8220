package handlers

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"fengqiao/push"

	"github.com/google/uuid"
)

// Ids of notices hold slashes, which do not go into a path; on the wire a dot stands for each. No id of ours has dots.
func wireID(id string) string { return strings.ReplaceAll(id, "/", ".") }
func portID(id string) string { return strings.ReplaceAll(id, ".", "/") }

// itemView is one message: the words of the lock screen, and what to open. The story is fetched with the case.
type itemView struct {
	ID    string `json:"id"`
	Kind  string `json:"kind"`
	Title string `json:"title"`
	Body  string `json:"body"`
	Case  string `json:"caseId,omitzero"`
	// Subject is what to open where that is not the case: "slip/…".
	Subject string    `json:"subject,omitzero"`
	At      time.Time `json:"at"`
	Due     time.Time `json:"dueAt,omitzero"`
	Read    time.Time `json:"readAt,omitzero"`
}

// inbox lists what the caller was told, newest first.
func (a *API) inbox(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	unread, _, err := c.QueryBool("unread")
	if err != nil {
		return Reply{}, err
	}
	found, next, err := a.Inbox.List(c.Context, c.Actor.ID, unread, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	hidden, err := a.keptFrom(c)
	if err != nil {
		return Reply{}, err
	}
	items := make([]itemView, 0, len(found))
	for _, it := range found {
		if it.Case != "" && slices.Contains(hidden, it.Case) {
			continue
		}
		words := push.Manner(it.Kind).In(push.LangOf(c.Lang))
		items = append(items, itemView{wireID(it.ID), string(it.Kind), words.Title, words.Body, it.Case, it.Subject, it.At.UTC(), it.Due.UTC(), it.Read.UTC()})
	}
	return Reply{View: NewPage(items, next)}, nil
}

// unreadMost is where counting unread messages stops: a badge says "999+" by then.
const unreadMost = 1000

type unreadView struct {
	Unread int `json:"unread"`
	// More: there are at least Unread.
	More bool `json:"more"`
}

// unread counts the caller's unread messages.
func (a *API) unread(c *Call) (Reply, error) {
	hidden, err := a.keptFrom(c)
	if err != nil {
		return Reply{}, err
	}
	n := 0
	if len(hidden) == 0 {
		n, err = a.Inbox.Unread(c.Context, c.Actor.ID, unreadMost)
	} else {
		var found []push.Item
		found, _, err = a.Inbox.List(c.Context, c.Actor.ID, true, "", unreadMost)
		n = len(slices.DeleteFunc(found, func(it push.Item) bool { return it.Case != "" && slices.Contains(hidden, it.Case) }))
	}
	return Reply{View: unreadView{n, n >= unreadMost}}, err
}

// mostKept bounds the accusations of one person or unit that their inbox is cleared of: the newest.
const mostKept = 10_000

// keptFrom are the cases that are kept from the caller: who was told of one may turn out to be accused in it, or their unit.
func (a *API) keptFrom(c *Call) ([]string, error) {
	return a.Cases.Cases.KeptFrom(c.Context, c.Actor.Keys(), mostKept)
}

// markRead marks one message read. One that is not the caller's is left alone without a word, so that nobody learns what
// there is.
func (a *API) markRead(c *Call) (Reply, error) {
	return Reply{}, a.Inbox.MarkRead(c.Context, c.Actor.ID, a.Now(), portID(c.PathID("id")))
}

// vendors and platforms that a device may have.
var (
	vendors   = []string{"fcm"}
	platforms = []string{"android", "ios", "web"}
)

type deviceBody struct {
	// ID is of a device registered before whose token has changed.
	ID       string `json:"id"`
	Vendor   string `json:"vendor"`
	Platform string `json:"platform"`
	Token    string `json:"token"`
}

// deviceView is a device as its user sees it. The token is told to nobody.
type deviceView struct {
	ID         string    `json:"id"`
	Vendor     string    `json:"vendor"`
	Platform   string    `json:"platform"`
	Registered time.Time `json:"registeredAt"`
	Seen       time.Time `json:"seenAt"`
	Current    bool      `json:"current"` // registered in the session that asks
}

func viewDevice(c *Call, d push.Device) deviceView {
	return deviceView{d.ID, d.Vendor, d.Platform, d.Registered.UTC(), d.Seen.UTC(), d.Session == c.Caller.Session}
}

// devices lists the phones to which the caller's pushes go, the last seen first.
func (a *API) devices(c *Call) (Reply, error) {
	found, err := a.Devices.OfUsers(c.Context, c.Actor.ID)
	if err != nil {
		return Reply{}, err
	}
	slices.SortFunc(found, func(x, y push.Device) int { return cmp.Or(y.Seen.Compare(x.Seen), cmp.Compare(x.ID, y.ID)) })
	items := make([]deviceView, len(found))
	for i, d := range found {
		items[i] = viewDevice(c, d)
	}
	return Reply{View: NewPage(items, "")}, nil
}

const maxPushToken = 4096

func (in *deviceBody) check() error {
	in.Vendor = cmp.Or(in.Vendor, vendors[0])
	switch {
	case in.Token == "":
		return invalid("required", "token")
	case len(in.Token) > maxPushToken:
		return invalid("too_long", "token", "max", "4096")
	case !slices.Contains(vendors, in.Vendor):
		return invalid("device_vendor", "vendor", "value", printable(in.Vendor))
	case !slices.Contains(platforms, in.Platform):
		return invalid("unknown_value", "platform", "value", printable(in.Platform))
	}
	return nil
}

// registerDevice makes a phone known to which the caller's pushes go, or gives a known one its new token. It lasts as long
// as this session.
func (a *API) registerDevice(c *Call) (Reply, error) {
	var in deviceBody
	if err := c.Decode(&in); err != nil {
		return Reply{}, err
	}
	if err := in.check(); err != nil {
		return Reply{}, err
	}
	now := a.Now()
	d := push.Device{ID: in.ID, User: c.Actor.ID, Vendor: in.Vendor, Platform: in.Platform, Token: in.Token, Session: c.Caller.Session, Registered: now, Seen: now}
	var err error
	if in.ID != "" {
		d, err = a.Devices.Refresh(c.Context, d)
	} else {
		d.ID = uuid.NewString()
		d, err = a.Devices.Register(c.Context, d)
	}
	if err != nil {
		return Reply{}, err
	}
	return Reply{Status: http.StatusCreated, View: viewDevice(c, d)}, nil
}

// forgetDevice ends pushes to one of the caller's phones.
func (a *API) forgetDevice(c *Call) (Reply, error) {
	return Reply{}, a.Devices.Forget(c.Context, c.Actor.ID, c.PathID("id"))
}

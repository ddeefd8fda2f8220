package push

import (
	"context"
	"errors"
	"time"

	"fengqiao/mediation"
)

// What ports answer. Callers compare with errors.Is.
var (
	// ErrNotFound: there is no such entry, item or device, or it is not this user's.
	ErrNotFound = errors.New("push: not found")
	// ErrClaimLost: the claim expired and another relay has the entry now. Nothing was written.
	ErrClaimLost = errors.New("push: claim lost")
	// ErrNotDead: only a dead letter can be sent again.
	ErrNotDead = errors.New("push: not a dead letter")
	// ErrBadCursor: the cursor was not made by this list.
	ErrBadCursor = errors.New("push: cursor not understood")
)

// Entry is one piece of work in the outbox: a notice whose recipients are to be found, or, with Device, one send.
type Entry struct {
	// ID is the notice's id for a notice, SendID(notice, device) for a send: the same on every rerun.
	ID     string
	Notice mediation.Notice
	// User, Lang and Device say where a send goes. They are empty for a notice.
	User   string
	Lang   Lang
	Device string
	// Urgent entries overtake the others.
	Urgent bool
	// Since is when (machine time) the notice was first claimed; zero before.
	Since time.Time
	// From is when (machine time) its claim or its wait began; zero before.
	From time.Time
	// Attempts counts claims.
	Attempts int
	// PossiblyTwice says that an earlier attempt may have arrived: its claim expired, or its answer did not come.
	PossiblyTwice bool
	// Reason is the code of the last setback, "" if none. Never a vendor's words.
	Reason string
	// Died is when (machine time) the entry became a dead letter; zero otherwise.
	Died time.Time
	// Claim is the right to finish the entry, given by Outbox.Claim. Opaque.
	Claim int64 `json:"-"`
}

// Line is the queue in which entries keep their order: notices of one case, and sends of one case to one device. An entry
// without a case is in no line.
func (e Entry) Line() string {
	if e.Notice.Case == "" {
		return ""
	}
	return e.Notice.Case + "\x1f" + e.Device
}

// NewEntry puts a notice into its outbox form.
func NewEntry(n mediation.Notice) Entry {
	return Entry{ID: n.ID, Notice: n, Urgent: Manner(n.Kind).Urgent}
}

// SendID is the id of the entry that brings a notice to a device.
func SendID(notice, device string) string { return notice + "~" + device }

// Setback is why an attempt failed.
type Setback struct {
	// Reason is a short code without personal data or tokens.
	Reason string
	// MayHaveArrived: no answer came, or one that cannot be trusted.
	MayHaveArrived bool
}

// Outbox keeps what has to be sent. All methods are safe for several relays on several machines.
type Outbox interface {
	// Add stores new entries; those whose id is known are left as they are, finished ones too.
	Add(ctx context.Context, entries ...Entry) error
	// Claim takes at most limit entries that are due at now (machine time) for the caller alone until now + lease. Urgent
	// ones come first, then the oldest. Within a Line only the first unfinished entry (by Notice.Seq, then ID) can be
	// claimed; a dead letter blocks nobody. Claiming counts an attempt, sets From, and Since if unset, and marks PossiblyTwice
	// where an earlier claim expired. An entry that cannot be read is set aside and told in the error, beside what was claimed.
	Claim(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]Entry, error)
	// Done finishes a claimed entry; its id stays known until Prune. ErrClaimLost.
	Done(ctx context.Context, e Entry, now time.Time) error
	// Retry gives a claimed entry back until at, a wait that began at e.From. ErrClaimLost.
	Retry(ctx context.Context, e Entry, at time.Time, why Setback) error
	// Recount begins anew, at now, the waits and claims that began after ahead, whose clock was wrong: each is as long as it was.
	// Those that began earlier stay, however long they are. A second run changes nothing.
	Recount(ctx context.Context, now, ahead time.Time) error
	// Dead makes a claimed entry a dead letter. ErrClaimLost.
	Dead(ctx context.Context, e Entry, now time.Time, why Setback) error
	// DeadLetters lists dead letters, the longest dead first, at most limit, and the cursor behind the last ("" at the
	// end). ErrBadCursor.
	DeadLetters(ctx context.Context, cursor string, limit int) ([]Entry, string, error)
	// Entry returns one entry, whatever became of it. ErrNotFound.
	Entry(ctx context.Context, id string) (Entry, error)
	// Resend makes a dead letter due again with all its attempts before it and its age counted anew. ErrNotFound, ErrNotDead.
	Resend(ctx context.Context, id string) error
	// Depth counts unfinished entries and dead letters, each up to max.
	Depth(ctx context.Context, max int) (waiting, dead int, err error)
	// Prune forgets at most limit entries that were finished before t and returns how many.
	Prune(ctx context.Context, t time.Time, limit int) (int, error)
}

// Item is one message in a user's inbox. It keeps codes; Words gives the text in the reader's language.
type Item struct {
	ID     string // ItemID(notice, user)
	User   string
	Notice string
	Kind   mediation.NoticeKind
	Case   string
	// Subject is what to open in place of the case: Notice.Subject.
	Subject string
	At      time.Time // case time of the notice
	Due     time.Time // case time; zero if none
	Read    time.Time // zero: unread
}

// ItemID is the id of the inbox item that a notice becomes for a user.
func ItemID(notice, user string) string { return notice + "~" + user }

// Inbox keeps what users were told, whether or not a push reached them.
type Inbox interface {
	// Put stores items; those whose id is known are left as they are, read or not.
	Put(ctx context.Context, items ...Item) error
	// List returns a user's items in (At, ID) order, newest first, at most limit, and the cursor behind the last ("" at the
	// end). ErrBadCursor.
	List(ctx context.Context, user string, unreadOnly bool, cursor string, limit int) ([]Item, string, error)
	// MarkRead marks the user's items read; ids that are not the user's, or read already, are left alone.
	MarkRead(ctx context.Context, user string, at time.Time, ids ...string) error
	// Unread counts a user's unread items up to max.
	Unread(ctx context.Context, user string, max int) (int, error)
}

// Device is one installation of the app that can be pushed to.
type Device struct {
	ID       string // stays through token refreshes
	User     string
	Vendor   string // who carries the push: "fcm"
	Platform string // "android", "ios", "web"
	Token    string // a secret: whoever has it can be pushed to. Never logged or listed
	// Session is the sign-in during which the token last came; "" is bound to none.
	Session    string
	Registered time.Time // by this user
	Seen       time.Time
}

// Devices keeps devices. A token belongs to one device and one user at a time, and a device to its session: when that has
// ended, by signing out, here or everywhere, or by a lock, a move or a new password, the device is not there any more for
// Get and OfUsers, so that a phone that was lost is not told of cases. That is asked of the session itself each time and
// not written anywhere, so nothing can be forgotten half-way; Refresh and Register in another session bring it back.
type Devices interface {
	// Register stores d, or, where the token is known, gives that device to d.User and updates the rest. Registered stays
	// where it is the same user's.
	// Returns the device as stored, whose ID is d.ID only if the token is new.
	Register(ctx context.Context, d Device) (Device, error)
	// Refresh gives the device d.ID of d.User another token, session and Seen; a device that had the token is forgotten.
	// ErrNotFound.
	Refresh(ctx context.Context, d Device) (Device, error)
	// Forget removes the user's device (sign-out). ErrNotFound.
	Forget(ctx context.Context, user, id string) error
	// Discard removes a device that the vendor does not know any more, if it still has this token.
	Discard(ctx context.Context, id, token string) error
	// Get returns a device; ErrNotFound.
	Get(ctx context.Context, id string) (Device, error)
	// OfUsers returns all devices of these users.
	OfUsers(ctx context.Context, users ...string) ([]Device, error)
	// Prune forgets at most limit devices not seen since before t and returns how many.
	Prune(ctx context.Context, t time.Time, limit int) (int, error)
}

// Addressee is a user who is to be told, in the user's language.
type Addressee struct {
	User string
	Lang Lang
	Keys []string // mediation.Actor.Keys
}

// Directory knows who is meant.
type Directory interface {
	// Who returns everybody whom a recipient stands for now, each once: the user; or all with the role whose area
	// holds Area; or the staff of the unit. Nobody is an empty answer, not an error.
	Who(ctx context.Context, to mediation.Recipient) ([]Addressee, error)
	// Spare leaves out of them those whom what the notice is about is kept from: its case (mediation.Case.KeptFrom) or a restricted paper.
	Spare(ctx context.Context, n mediation.Notice, people []Addressee) ([]Addressee, error)
}

// Letter is one push, ready to send.
type Letter struct {
	// Notice is the notice's id: vendors use it so that a phone shows it once.
	Notice string
	// Of is the notice itself, for vendors that reach machines and not lock screens.
	Of     mediation.Notice
	Vendor string
	Token  string
	Title  string
	Body   string
	// Data is what the app gets; see Compose.
	Data map[string]string
	// Urgent wakes a sleeping phone.
	Urgent bool
	// TTL is how long the vendor keeps the letter for a phone that is off.
	TTL time.Duration
	// Collapse names letters of which a phone that was off needs only the newest; "" if each counts.
	Collapse string
}

// Sender hands letters to a push vendor. It returns nil only when the vendor has acknowledged the letter by name, or one
// of the errors below; anything else counts as retryable. A Sender does not retry by itself and obeys ctx.
type Sender interface {
	Send(ctx context.Context, l Letter) error
}

// ErrUnregistered: the vendor does not know the token any more; the device is to be discarded.
var ErrUnregistered = errors.New("push: unregistered")

// ErrNoVendor: no sender is configured for the letter's vendor. The inbox has the message; the send is skipped and counted.
var ErrNoVendor = errors.New("push: no vendor configured")

// Retryable says that the same letter may be taken later.
type Retryable struct {
	Reason string
	// After is the shortest wait that the vendor asks for; 0 if it said nothing.
	After time.Duration
	// MayHaveArrived as in Setback.
	MayHaveArrived bool
}

func (r *Retryable) Error() string { return "push: try again: " + r.Reason }

// Permanent says that the same letter will never be taken.
type Permanent struct {
	Reason string
}

func (p *Permanent) Error() string { return "push: refused: " + p.Reason }

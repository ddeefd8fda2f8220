package handlers

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// viewMe shows a user to themselves.
func (a *API) viewMe(id string, u account.User) meView {
	v := meView{ID: id, Login: u.Login, Name: u.Name, Role: u.Role, Area: u.Area, Unit: u.Unit, Mediator: u.Mediator,
		Posts: viewPosts(u.Posts), Lang: cmp.Or(u.Lang, "zh-CN"), Can: []string{}}
	v.AreaName, _ = a.Atlas.Load().Name(u.Area)
	for action, grants := range mediation.Permits {
		if slices.ContainsFunc(grants, func(g mediation.Grant) bool { return g.Role == u.Role }) {
			v.Can = append(v.Can, string(action))
		}
	}
	slices.Sort(v.Can)
	return v
}

// me tells the caller who they are; a browser gets its CSRF token anew after a reload.
func (a *API) me(c *Call) (Reply, error) {
	u, err := a.Accounts.User(c.Context, c.Actor.ID)
	if err != nil {
		return Reply{}, err
	}
	v := a.viewMe(u.ID, u)
	if c.cookie {
		v.CSRF = a.Accounts.CSRF(c.Caller.Session)
	}
	return Reply{View: v, Revision: int64(u.Revision)}, nil
}

// userView is a user as administrators see them. account.User itself never goes out: it holds the password's hash.
type userView struct {
	ID           string         `json:"id"`
	Revision     int            `json:"revision"`
	Login        string         `json:"login"`
	Name         string         `json:"name"`
	Role         mediation.Role `json:"role"`
	Area         grid.Code      `json:"area"`
	Unit         string         `json:"unit,omitzero"`
	Mediator     string         `json:"mediator,omitzero"`
	Posts        []postView     `json:"posts,omitzero"`
	Lang         string         `json:"lang"`
	Locked       bool           `json:"locked"`
	LockedReason string         `json:"lockedReason,omitzero"`
	MustChange   bool           `json:"mustChangePassword"`
	Created      time.Time      `json:"createdAt"`
	History      []changeView   `json:"history,omitzero"`
	// Password is the one-time password of a reset, told once.
	Password      string    `json:"oneTimePassword,omitzero"`
	PasswordUntil time.Time `json:"oneTimePasswordUntil,omitzero"`
}

// postView is a place in a grid's team.
type postView struct {
	Kind string    `json:"kind"`
	Area grid.Code `json:"area"`
}

func viewPosts(posts []account.Post) []postView {
	var views []postView
	for _, p := range posts {
		views = append(views, postView(p))
	}
	return views
}

type changeView struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	What string    `json:"what"`
	Note string    `json:"note,omitzero"`
}

func viewUser(u account.User) userView {
	v := userView{ID: u.ID, Revision: u.Revision, Login: u.Login, Name: u.Name, Role: u.Role, Area: u.Area, Unit: u.Unit, Mediator: u.Mediator,
		Posts: viewPosts(u.Posts), Lang: cmp.Or(u.Lang, "zh-CN"), Locked: u.Locked, LockedReason: u.LockedReason, MustChange: u.MustChange, Created: u.Created.UTC()}
	for _, h := range u.History {
		v.History = append(v.History, changeView{h.At.UTC(), h.By, h.What, h.Note})
	}
	return v
}

func userReply(u account.User) Reply {
	return Reply{View: viewUser(u), Revision: int64(u.Revision), Ref: u.ID}
}

// visibleUser loads the user of the path, if their area lies within the caller's.
func (a *API) visibleUser(c *Call) (account.User, error) { return a.userByID(c, c.PathID("id")) }

func (a *API) userByID(c *Call, id string) (account.User, error) {
	u, err := a.Accounts.User(c.Context, id)
	if err != nil {
		return account.User{}, err
	}
	if !mediation.MayArea(c.Actor, mediation.UserRead, u.Area) {
		return account.User{}, mediation.ErrNotFound
	}
	return u, nil
}

// user shows one user.
func (a *API) user(c *Call) (Reply, error) {
	u, err := a.visibleUser(c)
	return userReply(u), err
}

// users lists the users in the caller's area.
func (a *API) users(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	f := account.Filter{Area: c.Actor.Area, Role: mediation.Role(c.QueryText("role")), After: c.QueryText("cursor"), Limit: limit}
	if f.Open, _, err = c.QueryBool("open"); err != nil {
		return Reply{}, err
	}
	if f.Role != "" && !slices.Contains(mediation.AccountRoles, f.Role) {
		return Reply{}, invalid("unknown_value", "role", "value", printable(string(f.Role)))
	}
	if area := grid.Code(c.QueryText("area")); area != "" {
		if !c.Actor.Area.Contains(area) {
			return Reply{View: NewPage([]userView{}, "")}, nil // as if nobody lived there
		}
		f.Area = area
	}
	found, next, err := a.Accounts.ListUsers(c.Context, f)
	if err != nil {
		return Reply{}, err
	}
	items := make([]userView, len(found))
	for i, u := range found {
		items[i] = viewUser(u)
	}
	return Reply{View: NewPage(items, next)}, nil
}

type newUserBody struct {
	Login    string         `json:"login"`
	Name     string         `json:"name"`
	Role     mediation.Role `json:"role"`
	Area     grid.Code      `json:"area"`
	Unit     string         `json:"unit"`
	Mediator string         `json:"mediator"`
	Lang     string         `json:"lang"`
	// Password is the first one, to be changed at the first sign-in; without it the user waits for a reset.
	Password string `json:"password"`
}

// createUser makes a user inside the caller's area.
func (a *API) createUser(c *Call) (Reply, error) {
	var in newUserBody
	if err := c.Decode(&in); err != nil {
		return Reply{}, err
	}
	if err := required("login", in.Login, "name", in.Name, "role", string(in.Role)); err != nil {
		return Reply{}, err
	}
	if err := mayPlace(c.Actor, in.Area); err != nil {
		return Reply{}, err
	}
	u, err := a.roster.Create(c.Context, c.Actor, account.NewUser{Login: in.Login, Name: in.Name, Lang: in.Lang,
		Place:    account.Place{Role: in.Role, Area: in.Area, Unit: in.Unit, Mediator: in.Mediator},
		Password: in.Password, MustChange: in.Password != "", Key: c.Key})
	if err != nil {
		return Reply{}, err
	}
	r := userReply(u)
	r.Status, r.Location = http.StatusCreated, "/api/v1/users/"+u.ID
	return r, nil
}

// userAgain answers a repeated creation.
func (a *API) userAgain(c *Call, ref string) (Reply, error) {
	u, err := a.userByID(c, ref)
	r := userReply(u)
	r.Location = "/api/v1/users/" + u.ID
	return r, err
}

// mayPlace tells whether the caller may put a user into an area: nobody gives away what lies outside their own.
func mayPlace(actor mediation.Actor, area grid.Code) error {
	if !mediation.MayArea(actor, mediation.UserWrite, area) {
		return invalid("unknown_value", "area", "value", printable(string(area)))
	}
	return nil
}

// userPatch holds what is to change; absent members stay as they are.
type userPatch struct {
	Name     *string         `json:"name"`
	Lang     *string         `json:"lang"`
	Role     *mediation.Role `json:"role"`
	Area     *grid.Code      `json:"area"`
	Unit     *string         `json:"unit"`
	Mediator *string         `json:"mediator"`
}

// changes are the patch as account takes it; a move is from where the user is now.
func (p userPatch) changes(u account.User) account.Changes {
	c := account.Changes{Name: p.Name, Lang: p.Lang}
	if p.Role != nil || p.Area != nil || p.Unit != nil || p.Mediator != nil {
		c.Place = &account.Place{Role: or(p.Role, u.Role), Area: or(p.Area, u.Area), Unit: or(p.Unit, u.Unit), Mediator: or(p.Mediator, u.Mediator)}
		if p.Mediator == nil && c.Place.Role != mediation.MediatorRole {
			c.Place.Mediator = "" // who is no mediator any more leaves the record behind
		}
	}
	return c
}

// patchUser changes a user's name and language, or moves them, which ends their sessions, or both at once.
func (a *API) patchUser(c *Call) (Reply, error) {
	var in userPatch
	if err := c.Decode(&in); err != nil {
		return Reply{}, err
	}
	u, err := a.visibleUser(c)
	if err != nil {
		return Reply{}, err
	}
	if in == (userPatch{}) {
		return Reply{}, invalid("required", "name")
	}
	to := in.changes(u)
	if to.Place != nil {
		if err := mayPlace(c.Actor, to.Place.Area); err != nil {
			return Reply{}, err
		}
	}
	if to.Place != nil && u.Leaves(*to.Place) {
		if err := a.HandOvers.LetGo(c.Context, c.Actor, u.ID, false, "", ""); err != nil {
			return Reply{}, err
		}
	}
	u, err = a.roster.Change(c.Context, c.Actor, account.Order{By: c.Actor.ID, Revision: int(c.Revision)}, u.ID, to)
	return userReply(u), err
}

func or[T any](v *T, otherwise T) T {
	if v == nil {
		return otherwise
	}
	return *v
}

type lockBody struct {
	Reason string `json:"reason"`
	// Urgent locks at once although a hand-over is owed, which is then opened.
	Urgent bool `json:"urgent"`
}

// lockUser locks an account and ends its sessions. Who holds what nobody else does hands it over first, or, where that cannot wait,
// leaves a hand-over that is owed.
func (a *API) lockUser(c *Call) (Reply, error) {
	var in lockBody
	if err := c.Decode(&in); err != nil {
		return Reply{}, err
	}
	if err := required("reason", in.Reason); err != nil {
		return Reply{}, err
	}
	u, err := a.visibleUser(c)
	if err != nil {
		return Reply{}, err
	}
	if u.ID == c.Actor.ID {
		return Reply{}, refuse(http.StatusConflict, "not_yourself", "")
	}
	if err := a.HandOvers.LetGo(c.Context, c.Actor, u.ID, in.Urgent, in.Reason, strconv.FormatInt(c.Revision, 10)); err != nil {
		return Reply{}, err
	}
	u, err = a.Accounts.LockUser(c.Context, account.Order{By: c.Actor.ID, Revision: int(c.Revision)}, u.ID, in.Reason)
	return userReply(u), err
}

// unlockUser unlocks an account and forgets its failed attempts.
func (a *API) unlockUser(c *Call) (Reply, error) {
	u, err := a.visibleUser(c)
	if err != nil {
		return Reply{}, err
	}
	u, err = a.Accounts.UnlockUser(c.Context, account.Order{By: c.Actor.ID, Revision: int(c.Revision)}, u.ID)
	return userReply(u), err
}

// resetPassword gives a user a one-time password, shown in this answer and never again.
func (a *API) resetPassword(c *Call) (Reply, error) {
	u, err := a.visibleUser(c)
	if err != nil {
		return Reply{}, err
	}
	password, u, err := a.Accounts.ResetPassword(c.Context, account.Order{By: c.Actor.ID, Revision: int(c.Revision)}, u.ID)
	if err != nil {
		return Reply{}, err
	}
	v := viewUser(u)
	v.Password, v.PasswordUntil = password, u.PasswordUntil.UTC()
	return Reply{View: v, Revision: int64(u.Revision)}, nil
}

// required refuses the first of the named texts that is empty; pairs are name, value.
func required(pairs ...string) error {
	var p *Problem
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			continue
		}
		if p == nil {
			p = invalid("required", pairs[i])
		}
		p.Errors = append(p.Errors, FieldError{Field: pairs[i], Code: "required"})
	}
	if p == nil {
		return nil
	}
	return p
}

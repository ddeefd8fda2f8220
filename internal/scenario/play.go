package scenario

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// World is where a scenario plays: a server whose clock of cases can be moved, and who may sign in to it.
type World struct {
	URL  string
	HTTP *http.Client
	// Password is everybody's.
	Password string
	// Roles and Mediators are logins: of the cast, by role, and of mediators, by the ids of their records.
	Roles, Mediators map[string]string
	// County is the code of the county on whose land it plays.
	County string
	// Administrator moves the clock.
	Administrator string
	// Names are what a scenario finds given: place, grid and so on.
	Names map[string]any
}

// Line is one step as it happened.
type Line struct {
	Number, Line int
	At           time.Time // case time at its end
	Who          string
	Say          Text
	Shows        string
	// Checks are what was looked at, as the file has it; Wrong what was not so.
	Checks []string
	Wrong  []string
}

// Result is a scenario that was played.
type Result struct {
	File  *File
	Lines []Line
	Ended time.Time
}

// player is one play.
type player struct {
	World
	file    *File
	names   names
	clients map[string]*client
	clock   *client
	last    string // the practice of the step before
}

// Play plays the scenario and tells each step as it happens. Differences are in the result. The error is what kept it from being
// played to its end; the result then holds what was.
func Play(ctx context.Context, w World, f *File, tell func(Line)) (Result, error) {
	p := &player{World: w, file: f, names: names{}, clients: map[string]*client{}}
	for name, v := range w.Names {
		p.names[name] = v
	}
	p.clock = p.account(w.Administrator)
	r := Result{File: f}
	if err := p.begin(ctx); err != nil {
		return r, err
	}
	for i := range f.Steps {
		line, err := p.step(ctx, i+1, &f.Steps[i])
		if err != nil {
			line.Wrong = append(line.Wrong, err.Error())
		}
		r.Lines = append(r.Lines, line)
		r.Ended = line.At
		tell(line)
		if err != nil {
			return r, fmt.Errorf("%s:%d: %w", f.path, f.Steps[i].line, err)
		}
	}
	return r, nil
}

// Failed tells whether a practice was not shown: something was not as it had to be, the play broke off, or nothing was looked at.
func (r Result) Failed() bool {
	return slices.ContainsFunc(r.Table(), func(row Row) bool { return !row.Passed() })
}

// account makes the client of a login; a wrong one is told when it first signs in.
func (p *player) account(login string) *client {
	return &client{http: p.HTTP, api: p.URL + "/api/v1", path: "/session", body: map[string]any{"login": login, "password": p.Password, "deviceName": "fengqiao scenario"}}
}

// errNoClock: the server's cases live by the machine's clock.
var errNoClock = errors.New("the server's clock of cases cannot be moved: start it with --clock virtual")

// begin brings the clock to where the scenario begins.
func (p *player) begin(ctx context.Context) error {
	a, err := p.clock.do(ctx, http.MethodGet, "/clock", nil, "")
	if err != nil {
		return err
	}
	if a.status == http.StatusNotFound {
		return errNoClock
	}
	if err := p.stands(a); err != nil {
		return err
	}
	if err := p.land(ctx); err != nil {
		return err
	}
	from, err := when(p.file.Begins)
	if err != nil {
		return err
	}
	if now, _ := when(spoken(p.names["now"])); now.After(from) { // it was just read
		return fmt.Errorf("%s: begins: the clock stands at %s already and never goes back", p.file.path, now.Format(time.RFC3339))
	}
	return p.advance(ctx, map[string]any{"to": p.file.Begins})
}

// land refuses a server that holds another county than the scenario's: the clock would be moved, and the first report lie nowhere.
func (p *player) land(ctx context.Context) error {
	above := p.County[:max(0, strings.LastIndex(p.County, "."))]
	a, err := p.clock.do(ctx, http.MethodGet, "/plan/units?parent="+url.QueryEscape(above), nil, "")
	if err != nil {
		return err
	}
	if _, there := follow(a.view, "items[code="+p.County+"].0.code"); !there {
		return fmt.Errorf("%s: county: the server holds another county than %s (%s); play it without --url, on a server of its own", p.file.path, p.file.County, p.County)
	}
	return nil
}

// stands keeps where the clock stands as ${now}.
func (p *player) stands(a answered) error {
	now, there := follow(a.view, "now")
	if !there || a.status >= 300 {
		return fmt.Errorf("the clock: %s", a.refusal())
	}
	p.names["now"] = now
	return nil
}

// advance moves the clock, and goes on where an advance stopped short, until it is there and everybody has been told.
func (p *player) advance(ctx context.Context, body map[string]any) error {
	for {
		a, err := p.clock.do(ctx, http.MethodPost, "/clock/advance", body, "")
		if err != nil {
			return err
		}
		before := p.names["now"]
		if err := p.stands(a); err != nil {
			return err
		}
		if failed, _ := follow(a.view, "advance.failed"); failed != float64(0) {
			return fmt.Errorf("the sweep: %s cases or reports failed", spoken(failed))
		}
		if waiting, _ := follow(a.view, "advance.waiting"); waiting != float64(0) {
			return fmt.Errorf("the outbox: %s notices were not delivered in time", spoken(waiting))
		}
		if complete, _ := follow(a.view, "advance.complete"); complete == true {
			return nil
		}
		if body["to"] == nil || before == p.names["now"] {
			return errors.New("the clock does not reach its target")
		}
	}
}

// settle lets the server see to what is due now, so that what a step led to is there before the next one.
func (p *player) settle(ctx context.Context) error { return p.advance(ctx, map[string]any{"by": "0s"}) }

// client is the session of one of the people.
func (p *player) client(who string) (*client, error) {
	if c := p.clients[who]; c != nil {
		return c, nil
	}
	person := p.file.People[who]
	c := &client{}
	switch {
	case person.Party != "":
		code, err := p.names.string(person.Party)
		if err != nil {
			return nil, err
		}
		c = p.account("")
		c.path, c.body = "/party/session", map[string]any{"code": code}
	case person.Role != "":
		if p.Roles[person.Role] == "" {
			return nil, fmt.Errorf("people.%s: nobody here has the role %q", who, person.Role)
		}
		c = p.account(p.Roles[person.Role])
	case person.Mediator != "":
		id, err := p.names.string(person.Mediator)
		if err != nil {
			return nil, err
		}
		if p.Mediators[id] == "" {
			return nil, fmt.Errorf("people.%s: no mediator here has the id %q", who, id)
		}
		c = p.account(p.Mediators[id])
	default:
		c = p.account(person.Login)
	}
	var err error
	if c.acting, err = p.names.string(person.Acting); err != nil {
		return nil, err
	}
	p.clients[who] = c
	return c, nil
}

// step plays one step.
func (p *player) step(ctx context.Context, number int, s *Step) (line Line, err error) {
	if s.Shows != "" {
		p.last = s.Shows
	}
	line = Line{Number: number, Line: s.line, Who: s.As, Say: s.Say, Shows: p.last}
	defer func() { line.At, _ = when(spoken(p.names["now"])) }() // zero before the clock was read
	a, err := p.deed(ctx, s, &line)
	if err != nil {
		return line, err
	}
	if s.Report != nil || s.Command != nil || s.Call != nil {
		if err := p.settle(ctx); err != nil {
			return line, err
		}
	}
	if err := p.judge(s, a, &line); err != nil {
		return line, err
	}
	for name, path := range s.Keep {
		v, there := follow(a.view, path)
		if !there {
			return line, fmt.Errorf("keep.%s: the answer has no %s", name, path)
		}
		p.names[name] = v
	}
	return line, nil
}

func (p *player) deed(ctx context.Context, s *Step, line *Line) (answered, error) {
	switch {
	case s.Advance != nil:
		return answered{}, p.forward(ctx, s.Advance)
	case s.Told != nil:
		line.Who = s.Told.Who
		return answered{}, p.told(ctx, s.Told, line)
	}
	c, err := p.client(s.As)
	if err != nil {
		return answered{}, err
	}
	switch {
	case s.Report != nil:
		return p.report(ctx, c, s.Report)
	case s.Command != nil:
		return p.command(ctx, c, s.Command)
	case s.Call != nil:
		return p.call(ctx, c, s.Call)
	case s.Photo != "":
		return c.photo(ctx, s.Photo)
	}
	path, err := p.names.string(s.Look)
	if err != nil {
		return answered{}, err
	}
	return c.do(ctx, http.MethodGet, path, nil, "")
}

func (p *player) forward(ctx context.Context, a *Advance) error {
	if a.By != "" {
		by, err := length(a.By)
		if err != nil {
			return err
		}
		now, err := when(spoken(p.names["now"]))
		if err != nil {
			return err
		}
		return p.advance(ctx, map[string]any{"to": now.Add(by).Format(time.RFC3339Nano)})
	}
	to, err := p.names.string(a.To)
	if err != nil {
		return err
	}
	return p.advance(ctx, map[string]any{"to": to})
}

// report sends a report; what every phone adds by itself is added here.
func (p *player) report(ctx context.Context, c *client, given map[string]any) (answered, error) {
	body := map[string]any{"clientId": uuid.NewString(), "phoneTime": "${now}", "point": "${place}", "accuracyMetres": 8}
	for name, v := range given {
		body[name] = v
	}
	filled, err := p.names.fill(body)
	if err != nil {
		return answered{}, err
	}
	return c.do(ctx, http.MethodPost, "/reports", filled, "")
}

// command reads the case and decides on what it is now; where somebody changed it in between, it reads again.
func (p *player) command(ctx context.Context, c *client, cmd *Command) (a answered, err error) {
	path := "/party/case"
	if cmd.Case != "" {
		id, err := p.names.string(cmd.Case)
		if err != nil {
			return a, err
		}
		path = "/cases/" + url.PathEscape(id)
	}
	with := cmd.With
	if with == nil {
		with = map[string]any{}
	}
	body, err := p.names.fill(with)
	if err != nil {
		return a, err
	}
	return p.change(ctx, c, path, http.MethodPost, path+"/"+strings.ReplaceAll(cmd.Name, "_", "-"), body)
}

func (p *player) call(ctx context.Context, c *client, call *Call) (a answered, err error) {
	path, err := p.names.string(call.Path)
	if err != nil {
		return a, err
	}
	body, err := p.names.fill(call.With)
	if err != nil {
		return a, err
	}
	if call.Seen == "" || call.Seen == nothingYet {
		return c.do(ctx, call.Method, path, body, call.Seen)
	}
	seen, err := p.names.string(call.Seen)
	if err != nil {
		return a, err
	}
	return p.change(ctx, c, seen, call.Method, path, body)
}

// change sends a request with the revision of what it is decided on.
func (p *player) change(ctx context.Context, c *client, seen, method, path string, body any) (a answered, err error) {
	const tries = 5
	for range tries {
		read, err := c.do(ctx, http.MethodGet, seen, nil, "")
		if err != nil || read.status >= http.StatusBadRequest {
			return read, err
		}
		if a, err = c.do(ctx, method, path, body, read.tag); err != nil || a.status != http.StatusPreconditionFailed {
			return a, err
		}
	}
	return a, nil
}

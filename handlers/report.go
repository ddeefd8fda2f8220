package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// reportBody is a report as a phone sends it.
type reportBody struct {
	// ClientID is the phone's own UUID of the report: sent twice it is one report. It never expires.
	ClientID       string     `json:"clientId" max:"64"`
	Channel        string     `json:"channel"`
	Text           string     `json:"text"`
	Category       string     `json:"category" max:"64"`
	Severity       int        `json:"severity"`
	Emergency      bool       `json:"emergency"`
	Point          *wirePoint `json:"point"`
	AccuracyMetres float64    `json:"accuracyMetres"`
	Cell           grid.Code  `json:"cell" max:"200"`
	Address        string     `json:"address" max:"200"`
	PhoneTime      time.Time  `json:"phoneTime"`
	// CameOn is when a letter reached the office that types it in. Left out of the print where it is not said, as in earlier releases.
	CameOn  time.Time   `json:"cameOn,omitzero"`
	Photos  []string    `json:"photos"`
	Parties []wireParty `json:"parties"`
	// OnBehalf: it is filed for the first party, by their consent. Left out of the print where it is not said, as in earlier releases.
	OnBehalf *onBehalfBody `json:"onBehalf,omitempty"`
}

var channelForm = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

const maxParties = 20

// input translates the body. What a report means is the service's to judge; here stands only what the wire needs.
func (b *reportBody) input() (mediation.ReportInput, error) {
	if id, err := uuid.Parse(b.ClientID); err == nil {
		b.ClientID = id.String() // however it was spelled, it is the same report; the service refuses what is none
	}
	in := mediation.ReportInput{ClientID: b.ClientID, Channel: orDefault(b.Channel, "app"), Text: b.Text, Category: b.Category,
		Severity: b.Severity, Emergency: b.Emergency, AccuracyM: b.AccuracyMetres, Cell: b.Cell, Address: b.Address,
		PhoneTime: b.PhoneTime, CameOn: b.CameOn, Photos: b.Photos}
	if err := checkLengths(reflect.ValueOf(b).Elem(), ""); err != nil {
		return in, err
	}
	if !channelForm.MatchString(in.Channel) {
		return in, invalid("unknown_value", "channel", "value", printable(in.Channel))
	}
	if len(b.Parties) > maxParties {
		return in, invalid("too_many", "parties", "max", "20")
	}
	var err error
	if in.Point, err = b.Point.read("point"); err != nil {
		return in, err
	}
	for _, p := range b.Parties {
		in.Parties = append(in.Parties, p.input())
	}
	if b.OnBehalf != nil {
		consent := b.OnBehalf.input()
		in.OnBehalf = &consent
	}
	in.Print, err = b.print()
	return in, err
}

// print is the same for the same report, however its members were ordered and spaced.
func (b *reportBody) print() (string, error) {
	text, err := json.Marshal(b)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// createReport takes a report in. The answer says where it lies and what became of it; the same report again is answered
// with what became of it since.
func (a *API) createReport(c *Call) (Reply, error) {
	var b reportBody
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	in, err := b.input()
	if err != nil {
		return Reply{}, err
	}
	receipt, err := a.Cases.Receive(c.Context, c.Actor, in)
	if err != nil {
		return Reply{}, err
	}
	if receipt.Again {
		c.Set("Idempotency-Replayed", "true")
	}
	reply, err := a.showReport(c, &receipt.Report, receipt.Case)
	reply.Status, reply.Location = http.StatusCreated, "/api/v1/reports/"+receipt.Report.ID
	if view, ok := reply.View.(reportView); ok {
		view.ResidentLink = receipt.Link
		reply.View = view
	}
	return reply, err
}

func (a *API) oneReport(c *Call) (Reply, error) { return a.againReport(c, c.PathID("id")) }

// againReport shows a report as it stands now.
func (a *API) againReport(c *Call, id string) (Reply, error) {
	rep, err := a.Cases.ReportOf(c.Context, c.Actor, id)
	if err != nil {
		return Reply{}, err
	}
	k, err := a.caseOf(c, &rep)
	if err != nil {
		return Reply{}, err
	}
	return a.showReport(c, &rep, k)
}

func (a *API) ownReports(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	list, next, err := a.Cases.MyReports(c.Context, c.Actor, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	return a.reportPage(c, list, next)
}

func (a *API) unplacedReports(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	list, next, err := a.Cases.UnplacedReports(c.Context, c.Actor, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	return a.reportPage(c, list, next)
}

func (a *API) reportPage(c *Call, list []mediation.Report, next string) (Reply, error) {
	views := make([]reportView, len(list))
	for i := range list {
		k, err := a.caseOf(c, &list[i])
		if err != nil {
			return Reply{}, err
		}
		if views[i], err = a.viewReport(c, &list[i], k); err != nil {
			return Reply{}, err
		}
		if list[i].Reporter != c.Actor.ID {
			continue // words are for who opens the report, which is noted
		}
		if err := a.openReport(c, &list[i], &views[i]); err != nil {
			return Reply{}, err
		}
	}
	return Reply{View: NewPage(views, next)}, nil
}

// caseReports shows what a case holds: to who handles it the words of all its reports, to everybody else their own.
func (a *API) caseReports(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	k, list, next, err := a.Cases.ReportsOf(c.Context, c.Actor, c.PathID("id"), c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	sees := mediation.Sees(c.Actor, &k)
	views := make([]reportView, len(list))
	for i := range list {
		rep, own := &list[i], list[i].Reporter == c.Actor.ID
		if views[i], err = a.viewReport(c, rep, &k); err != nil {
			return Reply{}, err
		}
		if !sees[mediation.PartPhotos] && !own {
			views[i].hidePhotos()
		}
		if !sees[mediation.PartReporters] && !own {
			views[i].hideReporter()
		}
		if sees[mediation.PartWords] || own {
			if err := a.openReport(c, rep, &views[i]); err != nil {
				return Reply{}, err
			}
		}
	}
	return Reply{View: NewPage(views, next)}, nil
}

func (a *API) supplementReport(c *Call) (Reply, error) {
	var b struct {
		Text      string   `json:"text"`
		Photos    []string `json:"photos"`
		Emergency bool     `json:"emergency"`
	}
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	if len(b.Photos) > mediation.MaxPhotos {
		return Reply{}, invalid("too_many", "photos", "max", "9")
	}
	add := a.Cases.SupplementReport
	if b.Emergency {
		add = a.Cases.SupplementInDanger
	}
	receipt, err := add(c.Context, c.Actor, c.PathID("id"), c.Key, b.Text, b.Photos)
	if err != nil {
		return Reply{}, err
	}
	return a.showReport(c, &receipt.Report, receipt.Case)
}

func (a *API) withdrawReport(c *Call) (Reply, error) {
	var b reasonBody
	if text, err := c.Bytes(); err != nil {
		return Reply{}, err
	} else if len(text) > 0 {
		if err := c.Decode(&b); err != nil {
			return Reply{}, err
		}
	}
	if err := tooLong(b.Reason, "reason", 200); err != nil {
		return Reply{}, err
	}
	receipt, err := a.Cases.WithdrawReport(c.Context, c.Actor, c.PathID("id"), c.Key, b.Reason)
	if err != nil {
		return Reply{}, err
	}
	return a.showReport(c, &receipt.Report, receipt.Case)
}

func (a *API) placeReport(c *Call) (Reply, error) {
	var b struct {
		Cell grid.Code `json:"cell"`
	}
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	if b.Cell == "" {
		return Reply{}, invalid("required", "cell")
	}
	receipt, err := a.Cases.PlaceReport(c.Context, c.Actor, c.PathID("id"), c.Revision, b.Cell)
	if err != nil {
		return Reply{}, err
	}
	return a.showReport(c, &receipt.Report, receipt.Case)
}

package simulate

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"time"
)

// What the API shows, as far as simulated people look at it.

type ref struct {
	ID string `json:"id"`
}

type place struct {
	Code string `json:"code"`
}

type summary struct {
	ID       string `json:"id"`
	Revision int64  `json:"revision"`
	State    string `json:"state"`
	Category string `json:"category"`
	Repeats  int    `json:"repeats"`
}

type party struct {
	ID        string `json:"id"`
	Side      string `json:"side"`
	Outsiders *struct {
		Given bool `json:"given"`
	} `json:"outsiders"`
	Satisfied *struct {
		Yes bool `json:"yes"`
	} `json:"satisfied"`
}

type seat struct {
	Index    int  `json:"index"`
	Lead     bool `json:"lead"`
	Required bool `json:"required"`
	Outsider bool `json:"outsider"`
	Mediator *ref `json:"mediator"`
}

type offer struct {
	ID       string    `json:"id"`
	Mediator ref       `json:"mediator"`
	Seat     int       `json:"seat"`
	State    string    `json:"state"`
	Answered time.Time `json:"answered"`
}

type agreement struct {
	Oral   bool `json:"oral"`
	Signed []struct {
		Role string `json:"role"`
		Who  string `json:"who"`
	} `json:"signed"`
}

type caseView struct {
	summary
	Over      bool       `json:"over"`
	Parties   []party    `json:"parties"`
	Panel     []seat     `json:"panel"`
	Offers    []offer    `json:"offers"`
	Sessions  []ref      `json:"sessions"`
	Agreement *agreement `json:"agreement"`
	Performed time.Time  `json:"performed"`
	FollowUps []struct {
		Resolved bool `json:"resolved"`
	} `json:"followUps"`
	ReportIDs []string `json:"reportIds"`
	Party     string   `json:"party"`
	Link      string   `json:"link"`
}

func (v *caseView) side(side string) *party {
	for i := range v.Parties {
		if v.Parties[i].Side == side {
			return &v.Parties[i]
		}
	}
	return nil
}

func (v *caseView) signed(role, who string) bool {
	return v.Agreement != nil && slices.ContainsFunc(v.Agreement.Signed, func(s struct {
		Role string `json:"role"`
		Who  string `json:"who"`
	}) bool {
		return s.Role == role && (who == "" || s.Who == who)
	})
}

// object is the body of a command.
type object map[string]any

// most is how often a command is decided anew because somebody else changed the case meanwhile.
const most = 5

// look reads a case.
func (s *Session) look(ctx context.Context, id string) (caseView, error) {
	var v caseView
	err := s.get(ctx, "/api/v1/cases/"+id, &v)
	return v, err
}

// fresh makes a key for one command, given once however often it is sent. What keeps it from being done twice
// after a crash is If-Match: a case that has moved on refuses the revision.
func fresh(name string) string { return name + "-" + rand.Text() }

// command gives a command to a case as it was last seen. Where somebody else was faster it looks again and repeats; the
// server's own rules tell whether the command still makes sense.
func (s *Session) command(ctx context.Context, id string, revision int64, name string, body object) (caseView, error) {
	key := fresh(name)
	for n := 1; ; n++ {
		var v caseView
		_, err := s.do(ctx, request{method: http.MethodPost, path: "/api/v1/cases/" + id + "/" + name, body: body, key: key, revision: revision}, &v)
		if !refusedAs(err, http.StatusPreconditionFailed) || n == most {
			return v, err
		}
		now, err := s.look(ctx, id)
		if err != nil {
			return now, err
		}
		revision = now.Revision
	}
}

package handlers

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"fengqiao/mediation/opinion"

	lru "github.com/hashicorp/golang-lru/v2"
)

//go:embed public.html
var publicTemplates string

//go:embed public.css
var publicStyle string

// publicRoutes are pages that everybody reads, signed in or not: what was released of collecting opinions, and nothing else.
func publicRoutes() []Route {
	const get = http.MethodGet
	return []Route{
		{Method: get, Path: "/opinions", Public: true, Cost: Leaf, Query: []string{"cursor"}, Handle: (*API).publicCampaigns},
		{Method: get, Path: "/opinions/sites", Public: true, Cost: Leaf, Handle: (*API).publicSites},
		{Method: get, Path: "/opinions/:id", Public: true, Cost: Leaf, Query: []string{"edition", "page"}, Handle: (*API).publicResults},
	}
}

// leaves are the public pages: plain HTML, no script, nothing from elsewhere.
type leaves struct {
	templates *template.Template
	policy    string // their Content-Security-Policy
	// editions are heads of editions of results, which never change, by campaign and number.
	editions *lru.Cache[string, opinion.ReleasedEdition]
}

// knownEditions is how many heads are kept, some hundred bytes each.
const knownEditions = 2000

func newLeaves() (*leaves, error) {
	t, err := template.New("public").Parse(publicTemplates)
	if err != nil {
		return nil, fmt.Errorf("handlers: public pages: %w", err)
	}
	editions, err := lru.New[string, opinion.ReleasedEdition](knownEditions)
	return &leaves{t, styleAlone(publicStyle), editions}, err
}

// styleAlone is the Content-Security-Policy that allows one style sheet, which the page holds, and nothing else.
func styleAlone(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// leafHead is what every public page begins with.
type leafHead struct {
	Title, TitleEn string
	Style          template.CSS
}

func head(zh, en string) leafHead { return leafHead{zh, en, template.CSS(publicStyle)} }

// leafKept is for how long browsers and caches show a page again without asking, so that a correction is seen within a minute.
const leafKept = "public, max-age=60"

// leaf answers with a page.
func (a *API) leaf(name string, page any) (Reply, error) {
	var b bytes.Buffer
	if err := a.leaves.templates.ExecuteTemplate(&b, name, page); err != nil {
		return Reply{}, fmt.Errorf("handlers: page %s: %w", name, err)
	}
	return Reply{Raw: &Raw{Type: "text/html; charset=utf-8", Body: b.Bytes(), Cache: leafKept, Policy: a.leaves.policy, Zip: true}}, nil
}

// zone is the county's, in which days are told.
func (a *API) zone(c *Call) (*time.Location, error) {
	pol, err := a.policy(c.Context, "")
	if err != nil {
		return nil, err
	}
	return pol.Clocks.Calendar.Location()
}

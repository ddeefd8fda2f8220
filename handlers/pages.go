package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"fengqiao/api"
)

// pages are the answers that do not change while the server runs.
type pages struct {
	openapi, docs []byte
	policy        string // the Content-Security-Policy of docs
}

func newPages() (*pages, error) {
	docs, policy, err := renderDocs(api.OpenAPI)
	return &pages{openapi: api.OpenAPI, docs: docs, policy: policy}, err
}

// health tells that the process answers.
func (a *API) health(*Call) (Reply, error) {
	return Reply{View: map[string]string{"status": "ok", "version": a.Config.Version}}, nil
}

type readyView struct {
	Status string            `json:"status"`
	Checks map[string]string `json:"checks"`
}

// ready tells whether the server can do its work. Causes are for the log.
func (a *API) ready(c *Call) (Reply, error) {
	view := readyView{Status: "ok", Checks: map[string]string{}}
	if a.Ready == nil {
		return Reply{View: view}, nil
	}
	ctx, cancel := context.WithTimeout(c.Context, 3*time.Second)
	defer cancel()
	// Working days are counted by weekends meanwhile: it can do its work, and whoever watches it is told.
	if missing, err := a.Cases.Covered(ctx); err == nil && missing.Missing != 0 {
		view.Checks["calendar"] = "missing " + strconv.Itoa(missing.Missing)
	}
	for name, err := range a.Ready(ctx) {
		view.Checks[name] = "ok"
		if err != nil {
			view.Checks[name], view.Status = "failing", "failing"
			c.cause = errors.Join(c.cause, fmt.Errorf("%s: %w", name, err))
		}
	}
	if view.Status != "ok" {
		return Reply{Status: http.StatusServiceUnavailable, View: view}, nil
	}
	return Reply{View: view}, nil
}

// figures are for Prometheus.
func (a *API) figures(*Call) (Reply, error) {
	text, format, err := a.metrics.text()
	return Reply{Raw: &Raw{Type: format, Body: text}}, err
}

// keys are the public keys that check our tokens.
func (a *API) keys(c *Call) (Reply, error) {
	set, err := a.Accounts.JWKS(c.Context)
	return Reply{Raw: &Raw{Type: "application/jwk-set+json", Body: set, Cache: "public, max-age=60"}}, err
}

// openapi is the description of this API.
func (a *API) openapi(*Call) (Reply, error) {
	return Reply{Raw: &Raw{Type: "application/yaml", Body: a.pages.openapi, Cache: "public, max-age=300"}}, nil
}

// docs is the same as a page to read.
func (a *API) docs(*Call) (Reply, error) {
	return Reply{Raw: &Raw{Type: "text/html; charset=utf-8", Body: a.pages.docs, Cache: "public, max-age=300", Policy: a.pages.policy}}, nil
}

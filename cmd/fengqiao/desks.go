package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"fengqiao/internal/account"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/desk"
	"fengqiao/push"
	"fengqiao/push/webhook"

	"github.com/goccy/go-yaml"
)

// desksFile is the list of outside desks as an installation writes it; docs/desks.md tells it.
type desksFile struct {
	// Wait is how long what a desk says of an order waits for that order: "168h".
	Wait  string      `yaml:"wait"`
	Desks []deskEntry `yaml:"desks"`
}

// deskList is the file as it is used.
type deskList struct {
	desks     []desk.Desk
	endpoints []webhook.Endpoint
	wait      time.Duration
}

// shortestWait and longestWait bound it: shorter than the retries of a desk that was down, messages would be lost by rule; for much
// longer, words would be kept that belong to nothing.
const shortestWait, longestWait = time.Hour, 90 * 24 * time.Hour

type deskEntry struct {
	Name       string `yaml:"name"`
	Unit       string `yaml:"unit"`
	URL        string `yaml:"url"`
	KeyID      string `yaml:"key-id"`
	SecretFile string `yaml:"secret-file"`
	Private    bool   `yaml:"private"`
}

// minSecret is as many bytes as the hash has: a shorter one is easier to guess than the signature.
const minSecret = 32

// deskName is a channel's form, since reports bear it as theirs.
var deskName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

// readDesks reads the list of outside desks, and with it the secrets that it names. Without a file there are none.
func readDesks(path string) (list deskList, err error) {
	if path == "" {
		return list, nil
	}
	text, err := os.ReadFile(path) // #nosec G304 -- the operator names the file
	if err != nil {
		return list, err
	}
	var f desksFile
	if err := yaml.UnmarshalWithOptions(text, &f, yaml.Strict()); err != nil {
		return list, fmt.Errorf("%s: %w", path, err)
	}
	if list.wait, err = f.waits(); err != nil {
		return list, fmt.Errorf("%s: %w", path, err)
	}
	names, units := map[string]bool{}, map[string]bool{}
	for i, e := range f.Desks {
		endpoint, err := e.read()
		if err == nil && (names[e.Name] || units[e.Unit]) {
			err = errors.New("its name or unit is another's already")
		}
		if err != nil {
			return deskList{}, fmt.Errorf("%s: desk %d (%s): %w", path, i+1, e.Name, err)
		}
		names[e.Name], units[e.Unit] = true, true
		list.desks = append(list.desks, desk.Desk{Name: e.Name, Unit: e.Unit})
		if e.URL != "" {
			list.endpoints = append(list.endpoints, endpoint)
		}
	}
	return list, nil
}

// waits is how long messages wait, DefaultWait where the file does not say.
func (f *desksFile) waits() (time.Duration, error) {
	if f.Wait == "" {
		return desk.DefaultWait, nil
	}
	wait, err := time.ParseDuration(f.Wait)
	if err != nil || wait < shortestWait || wait > longestWait {
		return 0, fmt.Errorf("wait is a time of %s to %s, such as 168h", shortestWait, longestWait)
	}
	return wait, nil
}

// read checks an entry and fetches its secret. An error never quotes the secret.
func (e *deskEntry) read() (webhook.Endpoint, error) {
	out := webhook.Endpoint{Desk: e.Name, Unit: e.Unit, URL: e.URL, KeyID: e.KeyID, Private: e.Private}
	switch {
	case !deskName.MatchString(e.Name):
		return out, errors.New("name is small letters, digits and _")
	case e.Unit == "":
		return out, errors.New("unit is missing: that of the desk's account")
	case e.URL == "":
		return out, nil
	case e.KeyID == "":
		return out, errors.New("key-id is missing")
	case e.SecretFile == "":
		return out, errors.New("secret-file is missing")
	}
	u, err := url.Parse(e.URL)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !e.Private) {
		return out, errors.New("url is https://host/… without a password; http only with private: true")
	}
	text, err := os.ReadFile(e.SecretFile)
	if err != nil {
		return out, err
	}
	secret := strings.TrimSpace(string(text))
	if len(secret) < minSecret {
		return out, fmt.Errorf("the secret has %d bytes, at least %d are needed", len(secret), minSecret)
	}
	out.Secret = []byte(secret)
	return out, nil
}

// endpointsBeside adds the desks' endpoints to the store's devices.
func endpointsBeside(s *store.Store, endpoints []webhook.Endpoint) *webhook.Devices {
	return &webhook.Devices{Devices: s.Devices(), Endpoints: endpoints, UnitOf: func(ctx context.Context, user string) (string, error) {
		u, err := s.Users().Get(ctx, user)
		if errors.Is(err, account.ErrNotFound) {
			return "", push.ErrNotFound
		}
		if u.Role != mediation.Desk {
			return "", err
		}
		return u.Unit, err
	}}
}

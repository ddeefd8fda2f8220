package simulate

import (
	"context"
	"errors"
	"net/http"
	"sync"
)

// parties are the people of the cases. They have no account: each holds the code of a link.
type parties struct {
	client *Client
	mu     sync.Mutex
	codes  map[string]string // case/party → the link's code
	access map[string]string // code → token
}

func newParties(c *Client) *parties {
	return &parties{client: c, codes: map[string]string{}, access: map[string]string{}}
}

func (p *parties) give(caseID, party, code string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.codes[caseID+"/"+party] = code
}

// errNoLink: nobody here knows the party's code, which was given out before a restart. Staff can renew it.
var errNoLink = errors.New("simulate: the party's link is not known")

func (p *parties) token(ctx context.Context, caseID, party, stale string) (string, error) {
	p.mu.Lock()
	code := p.codes[caseID+"/"+party]
	access := p.access[code]
	p.mu.Unlock()
	if code == "" {
		return "", errNoLink
	}
	if access != "" && access != stale {
		return access, nil
	}
	var in tokens
	_, err := p.client.do(ctx, request{method: http.MethodPost, path: "/api/v1/party/session", body: object{"code": code}}, &in)
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.access[code] = in.Access
	return in.Access, nil
}

// command lets a party give one of the commands that are theirs.
func (p *parties) command(ctx context.Context, caseID, party, name string, body object) error {
	key := fresh(name)
	token, err := p.token(ctx, caseID, party, "")
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		var mine struct {
			Revision int64 `json:"revision"`
		}
		_, err := p.client.do(ctx, request{method: http.MethodGet, path: "/api/v1/party/case", token: token}, &mine)
		if refusedAs(err, http.StatusUnauthorized) && n < most {
			if token, err = p.token(ctx, caseID, party, token); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		_, err = p.client.do(ctx, request{method: http.MethodPost, path: "/api/v1/party/case/" + name, body: body, key: key,
			revision: mine.Revision, token: token}, nil)
		if !refusedAs(err, http.StatusPreconditionFailed) || n == most {
			return err
		}
	}
}

package simulate

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"
)

// Session is one signed-in person. Its tokens are renewed as they run out; a session that has ended signs in again.
type Session struct {
	Login    string `json:"login"`
	Password string `json:"password"`
	User     string `json:"user"`
	Role     string `json:"role"`
	Area     string `json:"area"`
	Mediator string `json:"mediator,omitempty"`
	// Device is the push token that was registered for this person.
	Device string `json:"device,omitempty"`
	Tokens tokens `json:"tokens"`

	mu     sync.Mutex
	client *Client
}

type tokens struct {
	Access  string    `json:"accessToken"`
	Expires time.Time `json:"expiresAt"`
	Refresh string    `json:"refreshToken"`
}

type signedIn struct {
	tokens
	User struct {
		ID       string `json:"id"`
		Role     string `json:"role"`
		Area     string `json:"area"`
		Mediator string `json:"mediator"`
	} `json:"user"`
}

func (s *Session) take(in signedIn) {
	s.Tokens = in.tokens
	s.User, s.Role, s.Area, s.Mediator = in.User.ID, in.User.Role, in.User.Area, in.User.Mediator
}

// signIn begins a session with the password.
func (s *Session) signIn(ctx context.Context) error {
	var in signedIn
	body := map[string]string{"login": s.Login, "password": s.Password, "deviceName": "simulated phone"}
	if _, err := s.client.do(ctx, request{method: http.MethodPost, path: "/api/v1/session", body: body}, &in); err != nil {
		return fmt.Errorf("sign in %s: %w", s.Login, err)
	}
	s.take(in)
	return nil
}

// renewBefore is how long before its end an access token is renewed.
const renewBefore = 30 * time.Second

// token returns an access token that is good for a while. stale is one that the server has just refused.
func (s *Session) token(ctx context.Context, stale string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.Tokens; t.Access != "" && t.Access != stale && time.Until(t.Expires) > renewBefore {
		return t.Access, nil
	}
	if s.Tokens.Refresh != "" {
		var in signedIn
		_, err := s.client.do(ctx, request{method: http.MethodPost, path: "/api/v1/session/refresh",
			body: map[string]string{"refreshToken": s.Tokens.Refresh}}, &in)
		if err == nil {
			s.take(in)
			return s.Tokens.Access, nil
		}
		if !refusedAs(err, http.StatusUnauthorized) {
			return "", err
		}
	}
	if err := s.signIn(ctx); err != nil {
		return "", err
	}
	return s.Tokens.Access, nil
}

// do sends a request as this person.
func (s *Session) do(ctx context.Context, r request, out any) (answer, error) {
	var err error
	if r.token, err = s.token(ctx, ""); err != nil {
		return answer{}, err
	}
	a, err := s.client.do(ctx, r, out)
	if !refusedAs(err, http.StatusUnauthorized) {
		return a, err
	}
	if r.token, err = s.token(ctx, r.token); err != nil {
		return answer{}, err
	}
	return s.client.do(ctx, r, out)
}

func (s *Session) get(ctx context.Context, path string, out any) error {
	_, err := s.do(ctx, request{method: http.MethodGet, path: path}, out)
	return err
}

// page is one page of any list.
type page[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
}

// all reads a list to its end. path bears at least one parameter.
func all[T any](ctx context.Context, s *Session, path string, each func(T)) error {
	cursor := ""
	for {
		var p page[T]
		if err := s.get(ctx, path+cursor, &p); err != nil {
			return err
		}
		for _, x := range p.Items {
			each(x)
		}
		if p.Next == nil {
			return nil
		}
		cursor = "&cursor=" + *p.Next
	}
}

// Save writes sessions to a file that only its owner may read.
func Save(file string, sessions []*Session) error {
	text, err := json.Marshal(sessions)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

// Load reads what Save wrote and ties the sessions to a client.
func Load(file string, c *Client) ([]*Session, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var sessions []*Session
	if err := json.Unmarshal(text, &sessions); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for _, s := range sessions {
		s.client = c
	}
	return sessions, nil
}

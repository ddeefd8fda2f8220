package simulate

import (
	"context"
	"fmt"
	"net/http"

	"golang.org/x/sync/errgroup"
)

// Bootstrap makes the first administrator with the code of `fengqiao user bootstrap`, and signs in.
func Bootstrap(ctx context.Context, c *Client, code, login, password string) (*Session, error) {
	s := &Session{Login: login, Password: password, client: c}
	body := map[string]string{"code": code, "login": login, "name": invented(login), "password": s.Password}
	if _, err := c.do(ctx, request{method: http.MethodPost, path: "/api/v1/bootstrap", body: body}, nil); err != nil {
		return nil, err
	}
	return s, s.signIn(ctx)
}

type user struct {
	ID       string `json:"id"`
	Revision int64  `json:"revision"`
	Login    string `json:"login"`
	Role     string `json:"role"`
	Password string `json:"oneTimePassword"`
}

// Enrol gives everybody whom the administrator sees a one-time password, changes it as they would, and registers a phone for
// each. All take the administrator's password: a simulation keeps no secrets. step is told of every one done.
func Enrol(ctx context.Context, admin *Session, connections int, step func(done, total int)) ([]*Session, error) {
	var users []user
	err := all(ctx, admin, "/api/v1/users?open=true&limit=100", func(u user) {
		if u.ID != admin.User {
			users = append(users, u)
		}
	})
	if err != nil {
		return nil, err
	}
	sessions := make([]*Session, len(users))
	done := make(chan struct{}, len(users))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(connections)
	go func() {
		for n := 1; n <= len(users); n++ {
			select {
			case <-done:
				step(n, len(users))
			case <-ctx.Done():
				return
			}
		}
	}()
	for i, u := range users {
		g.Go(func() error {
			s, err := enrol(ctx, admin, u)
			sessions[i] = s
			done <- struct{}{}
			return err
		})
	}
	return sessions, g.Wait()
}

func enrol(ctx context.Context, admin *Session, u user) (*Session, error) {
	s := &Session{Login: u.Login, Password: admin.Password, client: admin.client}
	_, err := admin.do(ctx, request{method: http.MethodPost, path: "/api/v1/users/" + u.ID + "/reset-password", revision: u.Revision}, &u)
	if err != nil {
		return s, fmt.Errorf("reset %s: %w", u.Login, err)
	}
	var in signedIn
	body := map[string]string{"login": u.Login, "password": u.Password, "newPassword": s.Password, "deviceName": "simulated phone"}
	if _, err := s.client.do(ctx, request{method: http.MethodPost, path: "/api/v1/password", body: body}, &in); err != nil {
		return s, fmt.Errorf("password of %s: %w", u.Login, err)
	}
	s.take(in)
	s.Device = "simulated-" + s.Login
	phone := map[string]string{"vendor": "fcm", "platform": "android", "token": s.Device}
	_, err = s.do(ctx, request{method: http.MethodPost, path: "/api/v1/devices", body: phone}, nil)
	return s, err
}

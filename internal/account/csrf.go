package account

import "encoding/base64"

// CSRF is the token that a page of a browser session must send back in a header with every change: the cookie goes along
// by itself, this does not. It is a MAC over the session (Caller.Session), so nothing is stored, and it lasts as
// long as the session.
func (s *Service) CSRF(session string) string {
	mac := s.keys.current.Load().mac("csrf", session)
	return base64.RawURLEncoding.EncodeToString(mac)
}

// CheckCSRF tells whether the token is that session's.
func (s *Service) CheckCSRF(session, token string) bool {
	return session != "" && same([]byte(s.CSRF(session)), []byte(token))
}

package handlers

import (
	"net/http"

	"fengqiao/mediation"
)

// accountRoutes are signing in and out, oneself, and the users.
func accountRoutes() []Route {
	return []Route{
		{Method: http.MethodPost, Path: "/api/v1/session", Public: true, Cost: SignIn, Handle: (*API).signIn},
		{Method: http.MethodPost, Path: "/api/v1/session/refresh", Public: true, Cost: Refresh, Handle: (*API).refreshSession},
		// Public, since a browser signs out after its access token has run out, too: the refresh token says who.
		{Method: http.MethodDelete, Path: "/api/v1/session", Public: true, Cost: Refresh, Handle: (*API).signOut},
		{Method: http.MethodDelete, Path: "/api/v1/sessions", Action: mediation.SelfRead, Cost: Write, Handle: (*API).signOutEverywhere},
		{Method: http.MethodGet, Path: "/api/v1/sessions/devices", Action: mediation.SelfRead, Handle: (*API).signedInDevices},
		{Method: http.MethodPost, Path: "/api/v1/password", Public: true, Cost: SignIn, Handle: (*API).changePassword},
		{Method: http.MethodPost, Path: "/api/v1/bootstrap", Public: true, Cost: SignIn, Handle: (*API).bootstrap},
		{Method: http.MethodPost, Path: "/api/v1/party/session", Public: true, Cost: SignIn, Handle: (*API).partySession},
		{Method: http.MethodDelete, Path: "/api/v1/party/session", Public: true, Cost: SignIn, Handle: (*API).endPartySession},

		{Method: http.MethodGet, Path: "/api/v1/me", Action: mediation.SelfRead, Handle: (*API).me},
		{Method: http.MethodGet, Path: "/api/v1/users", Action: mediation.UserRead, Query: []string{"area", "role", "open", "limit", "cursor"}, Handle: (*API).users},
		{Method: http.MethodPost, Path: "/api/v1/users", Action: mediation.UserWrite, Create: true, Cost: Write, Handle: (*API).createUser, Again: (*API).userAgain},
		{Method: http.MethodGet, Path: "/api/v1/users/:id", Action: mediation.UserRead, Sight: (*API).seesUser, Handle: (*API).user},
		{Method: http.MethodPatch, Path: "/api/v1/users/:id", Action: mediation.UserWrite, Sight: (*API).seesUser, Change: true, Cost: Write, Handle: (*API).patchUser},
		{Method: http.MethodPost, Path: "/api/v1/users/:id/lock", Action: mediation.UserWrite, Sight: (*API).seesUser, Change: true, Cost: Write, Handle: (*API).lockUser},
		{Method: http.MethodPost, Path: "/api/v1/users/:id/unlock", Action: mediation.UserWrite, Sight: (*API).seesUser, Change: true, Cost: Write, Handle: (*API).unlockUser},
		{Method: http.MethodPost, Path: "/api/v1/users/:id/reset-password", Action: mediation.UserWrite, Sight: (*API).seesUser, Change: true, Cost: Write, Handle: (*API).resetPassword},
	}
}

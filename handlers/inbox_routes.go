package handlers

import (
	"net/http"

	"fengqiao/mediation"
)

// inboxRoutes are what a user is told and on which device, what could not be told, and photos.
func inboxRoutes(l Limits) []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/api/v1/inbox", Action: mediation.InboxRead, Query: []string{"unread", "limit", "cursor"}, Handle: (*API).inbox},
		{Method: http.MethodGet, Path: "/api/v1/inbox/unread", Action: mediation.InboxRead, Handle: (*API).unread},
		// Reading twice is reading: neither a key nor a version is needed.
		{Method: http.MethodPost, Path: "/api/v1/inbox/:id/read", Action: mediation.InboxRead, Cost: Write, Handle: (*API).markRead},

		// The device's token is its key: the same token again is the same device.
		{Method: http.MethodPost, Path: "/api/v1/devices", Action: mediation.DeviceWrite, OwnKey: true, Create: true, Cost: Write, Handle: (*API).registerDevice},
		{Method: http.MethodGet, Path: "/api/v1/devices", Action: mediation.DeviceWrite, Handle: (*API).devices},
		{Method: http.MethodDelete, Path: "/api/v1/devices/:id", Action: mediation.DeviceWrite, Cost: Write, Handle: (*API).forgetDevice},

		{Method: http.MethodGet, Path: "/api/v1/dead-letters", Action: mediation.PushDead, Query: []string{"limit", "cursor"}, Handle: (*API).deadLetters},
		// Only a dead letter can be sent again, so a second time is refused by itself.
		{Method: http.MethodPost, Path: "/api/v1/dead-letters/:id/resend", Action: mediation.PushDead, Cost: Write, Handle: (*API).resend},

		{Method: http.MethodPost, Path: "/api/v1/media", Action: mediation.MediaUpload, Create: true, OwnKey: true, Stream: true, Cost: Upload, Body: l.Photo,
			Deadline: l.Upload, Query: []string{"clientId"}, Handle: (*API).upload},
		{Method: http.MethodPost, Path: "/api/v1/media/pieces", Action: mediation.MediaUpload, Create: true, OwnKey: true, Cost: Upload,
			Query: []string{"clientId"}, Handle: (*API).beginPieces},
		{Method: http.MethodGet, Path: "/api/v1/media/pieces/:id", Action: mediation.MediaUpload, Handle: (*API).piecesSoFar},
		// The offset is its key and its version: bytes that came before are not taken again.
		{Method: http.MethodPatch, Path: "/api/v1/media/pieces/:id", Action: mediation.MediaUpload, OwnKey: true, Stream: true, Cost: Upload, Body: l.Photo,
			Deadline: l.Upload, Handle: (*API).addPieces},
		{Method: http.MethodGet, Path: "/api/v1/media/:id", Action: mediation.MediaRead, Sight: (*API).seesPhoto, Handle: (*API).photo},
		{Method: http.MethodGet, Path: "/api/v1/media/:id/thumbnail", Action: mediation.MediaRead, Sight: (*API).seesPhoto, Handle: (*API).thumbnail},
		{Method: http.MethodGet, Path: "/api/v1/media/:id/link", Action: mediation.MediaRead, Sight: (*API).seesPhoto, Handle: (*API).linkPhoto},
		// Whoever has a link was judged when it was made.
		{Method: http.MethodGet, Path: "/api/v1/open/:id", Public: true, Handle: (*API).openLink},
	}
}

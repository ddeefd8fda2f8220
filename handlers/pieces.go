package handlers

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"fengqiao/internal/media"

	"github.com/gofiber/fiber/v2"
)

// A photo in pieces goes by the tus protocol, version 1.0.0 (tus.io), with its extension creation: there are libraries
// for every phone. A client without one needs the headers Upload-Length and Upload-Offset alone.
const (
	tusVersion   = "1.0.0"
	headerTus    = "Tus-Resumable"
	headerLength = "Upload-Length"
	headerOffset = "Upload-Offset"
	headerMeta   = "Upload-Metadata"
	pieceType    = "application/offset+octet-stream"
)

// pieceView is how far a photo in pieces has come.
type pieceView struct {
	ID       string `json:"id"`
	ClientID string `json:"clientId"`
	Length   int64  `json:"length"`
	Received int64  `json:"received"`
	Ready    bool   `json:"ready"`
	URL      string `json:"url"` // of the photo, once it is ready
}

// far answers how far a photo has come.
func (c *Call) far(p media.Photo, length int64) Reply {
	received := p.Arrived()
	if p.State == media.Ready {
		received = length
	}
	c.Set(headerTus, tusVersion)
	c.Set(headerOffset, strconv.FormatInt(received, 10))
	c.Set(headerLength, strconv.FormatInt(length, 10))
	return Reply{View: pieceView{p.ID, p.ClientID, length, received, p.State == media.Ready, "/api/v1/media/" + p.ID}}
}

// number reads a header that is a number of bytes.
func (c *Call) number(header string) (int64, error) {
	n, err := strconv.ParseInt(c.Get(header), 10, 64)
	if err != nil || n < 0 {
		return 0, refuse(http.StatusBadRequest, "bad_header", header)
	}
	return n, nil
}

// speaksTus refuses another version of the protocol. Who says none needs none.
func (c *Call) speaksTus() error {
	if said := c.Get(headerTus); said != "" && said != tusVersion {
		c.Set("Tus-Version", tusVersion)
		return refuse(http.StatusPreconditionFailed, "bad_header", headerTus)
	}
	return nil
}

// metaID is the client id in Upload-Metadata: pairs of a name and a base64 value, parted by commas.
func (c *Call) metaID() string {
	for _, pair := range strings.Split(c.Get(headerMeta), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if plain, err := base64.StdEncoding.DecodeString(value); name == "clientId" && err == nil {
			return string(plain)
		}
	}
	return ""
}

// beginPieces announces a photo that will come in pieces, or finds how far it came before.
func (a *API) beginPieces(c *Call) (Reply, error) {
	if err := c.speaksTus(); err != nil {
		return Reply{}, err
	}
	id := c.QueryText("clientId")
	if id == "" {
		id = c.metaID()
	}
	if id == "" {
		return Reply{}, refuse(http.StatusBadRequest, "required", "clientId")
	}
	length, err := c.number(headerLength)
	if err != nil {
		return Reply{}, err
	}
	p, err := a.Media.Begin(c.Context, c.Actor.ID, id, length)
	if err != nil {
		return Reply{}, err
	}
	reply := c.far(p, length)
	reply.Status, reply.Location = http.StatusCreated, "/api/v1/media/pieces/"+p.ID
	return reply, nil
}

// piecesSoFar tells where to go on.
func (a *API) piecesSoFar(c *Call) (Reply, error) {
	p, err := a.Media.Arriving(c.Context, c.Actor.ID, c.PathID("id"))
	if err != nil {
		return Reply{}, err
	}
	return c.far(p, p.Sent), nil
}

// addPieces takes what comes from the offset on.
func (a *API) addPieces(c *Call) (Reply, error) {
	if err := c.speaksTus(); err != nil {
		return Reply{}, err
	}
	if kind := c.Get(fiber.HeaderContentType); kind != pieceType {
		return Reply{}, refuse(http.StatusUnsupportedMediaType, "not_json", "", "want", pieceType)
	}
	at, err := c.number(headerOffset)
	if err != nil {
		return Reply{}, err
	}
	p, err := a.Media.Append(c.Context, c.Actor.ID, c.PathID("id"), at, &capped{c: c, r: c.Stream(), left: c.Route.Body})
	if err != nil {
		return Reply{}, err
	}
	c.far(p, p.Sent)
	return Reply{}, nil
}

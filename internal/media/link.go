package media

import (
	"context"
	"crypto/subtle"
	"strconv"
	"strings"
	"time"

	"fengqiao/mediation"
)

// LinkFor is how long a link opens what it was made for.
const LinkFor = 5 * time.Minute

// Which bytes a link opens.
const (
	linkWhole = "w"
	linkSmall = "s"
)

// linkPurpose keeps the hashes of links apart from all other hashes.
const linkPurpose = "media link"

// Link makes words that open a photo or a recording, or the small picture of one, for whoever has them, for LinkFor: pages and
// players cannot send a token. They name the photo and the time, signed by a hash under the installation's key, and nobody: who
// finds them in a log learns no more. Who asks for one has been judged, and is on record, before.
func (s *Service) Link(p Photo, small bool) (link string, until time.Time) {
	until = s.now().UTC().Truncate(time.Second).Add(LinkFor)
	which := linkWhole
	if small {
		which = linkSmall
	}
	said := strings.Join([]string{p.ID, which, strconv.FormatInt(until.Unix(), 36)}, ".")
	return said + "." + s.sealer.Hash(linkPurpose, said), until
}

// Follow reads a link: the photo, and whether its small picture is meant. mediation.ErrNotFound for what is no link of this installation
// or leads to what is no more, CodeLink once its time is over.
func (s *Service) Follow(ctx context.Context, link string) (p Photo, small bool, err error) {
	dot := max(0, strings.LastIndexByte(link, '.'))
	said, hash := link[:dot], strings.TrimPrefix(link[dot:], ".")
	parts := strings.Split(said, ".")
	if len(parts) != 3 || subtle.ConstantTimeCompare([]byte(hash), []byte(s.sealer.Hash(linkPurpose, said))) != 1 {
		return Photo{}, false, mediation.ErrNotFound
	}
	until, err := strconv.ParseInt(parts[2], 36, 64)
	if err != nil || !s.now().Before(time.Unix(until, 0)) {
		return Photo{}, false, refuse(mediation.Erased, CodeLink, err, nil)
	}
	p, err = s.Photo(ctx, parts[0])
	return p, parts[1] == linkSmall, err
}

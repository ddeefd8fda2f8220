package media

import (
	"fmt"

	"fengqiao/mediation"
)

// Limits bound what one photo may cost.
type Limits struct {
	Bytes  int64 // of the file as sent
	Pixels int64 // width × height
	Edge   int   // longer edge, pixels
	Scans  int   // passes of a progressive JPEG; see scans
	Memory int64 // bytes for decoding at any one time, all uploads together; a photo that needs more is decoded alone
}

// DefaultLimits take what phones take: 10 MiB and 40 megapixels.
var DefaultLimits = Limits{Bytes: 10 << 20, Pixels: 40_000_000, Edge: 30_000, Scans: 64, Memory: 256 << 20}

// usualScans is more than a camera or an encoder makes (ten or so).
const usualScans = 16

// scans is how many passes a JPEG of that size may have. Each goes over all pixels, however few bytes it has, so a small
// file could keep the decoder busy for minutes; a photo may cost what one of the most pixels costs with usual passes.
func (l Limits) scans(width, height int) int {
	return int(min(int64(l.Scans), usualScans*l.Pixels/(int64(width)*int64(height))))
}

// The codes of refusals, with their params. Their words are in mediation's message table.
const (
	CodeEmpty    = "media.empty"    // no bytes
	CodeBytes    = "media.bytes"    // max
	CodeKind     = "media.kind"     // declared
	CodeHEIC     = "media.heic"     // advice: set the camera to "most compatible" (JPEG)
	CodePixels   = "media.pixels"   // max (pixels), edge (pixels), width, height
	CodeBroken   = "media.broken"   // does not decode: cut off, damaged, or something else that poses as a photo
	CodeClientID = "media.clientId" // 1–64 letters, digits and . _ : -
	CodeDiffers  = "media.differs"  // the same client id with other content
	CodeAttached = "media.attached" // belongs to another report or case already
	CodeErased   = "media.erased"   // was erased with its report or case
	CodeLink     = "media.link"     // its time is over
	CodeOffset   = "media.offset"   // offset: where the bytes go on
	CodeBusy     = "media.busy"     // being removed, or too many at once: send again
)

func refuse(kind mediation.Kind, code string, cause error, params map[string]string) *mediation.Error {
	e := &mediation.Error{Op: "photo", Kind: kind, Code: code, Params: params, Cause: cause}
	if kind == mediation.Invalid {
		e.Field = "photo"
	}
	return e
}

func broken(format string, args ...any) error {
	return refuse(mediation.Invalid, CodeBroken, fmt.Errorf(format, args...), nil)
}

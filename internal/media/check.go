package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"strconv"
	"time"

	"golang.org/x/image/webp"
	"golang.org/x/sync/semaphore"

	"fengqiao/mediation"
)

// file is a photo or a recording that was found good: what is to be stored of it.
type file struct {
	kind          Kind
	stored        []byte // the stripped copy
	thumb         []byte // nil of a recording
	width, height int    // as displayed
	length        time.Duration
	origin        *Origin
}

// checker turns bytes from outside into files.
type checker struct {
	limits Limits
	zone   *time.Location
	memory *semaphore.Weighted
}

// heicBrands are the brands of HEIF files as phones write them (ISO/IEC 23008-12, 10), AVIF among them.
var heicBrands = []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis"}

// sniff tells the kind by the file's first bytes. What the sender calls it counts for nothing.
func sniff(b []byte, declared string) (Kind, error) {
	switch {
	case len(b) == 0:
		return "", refuse(mediation.Invalid, CodeEmpty, nil, nil)
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return JPEG, nil
	case bytes.HasPrefix(b, []byte(pngSignature)):
		return PNG, nil
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return WebP, nil
	case len(b) >= 12 && string(b[4:8]) == "ftyp" && slices.Contains(heicBrands, string(b[8:12])):
		return "", refuse(mediation.Invalid, CodeHEIC, nil, nil)
	case len(b) >= 12 && string(b[4:8]) == "ftyp":
		return M4A, nil // or a film, which its tracks tell
	case bytes.HasPrefix(b, []byte("ID3")):
		return MP3, nil
	}
	if _, ok := mp3Run(b, 0); ok {
		return MP3, nil
	}
	return "", refuse(mediation.Invalid, CodeKind, nil, map[string]string{"declared": declared})
}

// check examines a photo, strips it and makes its thumbnail, or a recording. Size is judged before any pixel is decoded.
func (c *checker) check(ctx context.Context, raw []byte, declared string) (file, error) {
	kind, err := sniff(raw, declared)
	if err != nil {
		return file{}, err
	}
	if kind.Sound() {
		return c.checkSound(kind, raw)
	}
	config, err := readConfig(kind, raw)
	if err != nil {
		return file{}, broken("header: %w", err)
	}
	if err := c.judgeSize(config); err != nil {
		return file{}, err
	}
	s, err := strip(kind, raw, c.limits.scans(config.Width, config.Height))
	if err != nil {
		return file{}, err
	}
	said := readExif(s.exif, c.zone)
	stored := s.copy(said.orientation)
	img, err := c.decode(ctx, kind, stored, decodeCost(config, s.progressive))
	if err != nil {
		return file{}, err
	}
	thumb, err := thumbnail(img, said.orientation)
	if err != nil {
		return file{}, broken("thumbnail: %w", err)
	}
	f := file{kind: kind, stored: stored, thumb: thumb, origin: said.origin, width: config.Width, height: config.Height}
	if said.orientation >= 5 { // turned by a quarter
		f.width, f.height = f.height, f.width
	}
	return f, nil
}

func readConfig(kind Kind, b []byte) (image.Config, error) {
	switch kind {
	case PNG:
		return png.DecodeConfig(bytes.NewReader(b))
	case WebP:
		return webp.DecodeConfig(bytes.NewReader(b))
	}
	return jpeg.DecodeConfig(bytes.NewReader(b))
}

func (c *checker) judgeSize(config image.Config) error {
	w, h := int64(config.Width), int64(config.Height)
	if w <= 0 || h <= 0 {
		return broken("header: no pixels")
	}
	edge := int64(c.limits.Edge)
	if w > edge || h > edge || w*h > c.limits.Pixels {
		return refuse(mediation.Invalid, CodePixels, nil, map[string]string{
			"max": strconv.FormatInt(c.limits.Pixels, 10), "edge": strconv.Itoa(c.limits.Edge),
			"width": strconv.Itoa(config.Width), "height": strconv.Itoa(config.Height)})
	}
	return nil
}

// decodeCost is about how many bytes the decoder and the thumbnail take.
func decodeCost(config image.Config, progressive bool) int64 {
	const thumbnails = 20 << 20
	perPixel := int64(4)
	switch config.ColorModel {
	case color.YCbCrModel:
		perPixel = 3
	case color.GrayModel:
		perPixel = 1
	case color.RGBA64Model, color.NRGBA64Model:
		perPixel = 8
	}
	if progressive {
		perPixel *= 5 // image/jpeg keeps every coefficient as an int32 until the last scan
	}
	return thumbnails + perPixel*int64(config.Width)*int64(config.Height)
}

// decode proves that the copy is whole. It waits until there is memory for it.
func (c *checker) decode(ctx context.Context, kind Kind, b []byte, cost int64) (image.Image, error) {
	cost = min(cost, c.limits.Memory)
	if err := c.memory.Acquire(ctx, cost); err != nil {
		return nil, refuse(mediation.Unavailable, CodeBusy, err, nil)
	}
	defer c.memory.Release(cost)
	read := jpeg.Decode
	switch kind {
	case PNG:
		read = png.Decode
	case WebP:
		read = webp.Decode
	}
	img, err := read(bytes.NewReader(b))
	if err != nil {
		return nil, broken("decode: %w", err)
	}
	return img, nil
}

func fingerprint(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

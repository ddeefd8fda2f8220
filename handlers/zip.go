package handlers

import (
	"bytes"
	"strconv"
	"strings"
	"sync"

	"fengqiao/handlers/internal/tile"

	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
)

var zippers = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, tile.ZipLevel)
	if err != nil {
		panic(err) // the level is ours
	}
	return w
}}

// zipped compresses a body.
func zipped(body []byte) ([]byte, error) {
	w := zippers.Get().(*gzip.Writer)
	defer zippers.Put(w)
	var out bytes.Buffer
	out.Grow(len(body)/2 + 64)
	w.Reset(&out)
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	err := w.Close()
	return out.Bytes(), err
}

func (c *Call) sendZipped(body []byte) error {
	small, err := zipped(body)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return c.Send(small)
}

// takesZip tells whether an Accept-Encoding takes gzip (RFC 9110, 12.5.3).
func takesZip(header string) bool {
	any := false
	for _, one := range strings.Split(header, ",") {
		name, rest, _ := strings.Cut(one, ";")
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(rest)), "q="); ok {
			weight, _ = strconv.ParseFloat(strings.TrimSpace(q), 64) // what cannot be read is not wanted
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip", "x-gzip":
			return weight > 0
		case "*":
			any = weight > 0
		}
	}
	return any
}

package handlers

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// FuzzRange: the part that is sent is the part that the answer names, lies within, and is never empty.
func FuzzRange(f *testing.F) {
	for _, text := range []string{"bytes=0-99", "bytes=5-", "bytes=-7", "bytes=-0", "bytes=9-2", "bytes=0-1,5-6", "seconds=1-2"} {
		f.Add(text, uint16(100))
	}
	whole := make([]byte, 1<<16)
	for i := range whole {
		whole[i] = byte(i * 31 >> 3)
	}
	f.Fuzz(func(t *testing.T, text string, size uint16) {
		body := whole[:int(size)+1]
		c := called(t, "127.0.0.1", fiber.HeaderRange, text)
		if err := c.part(body, `"tag"`); err != nil {
			refusedAs(t, err, http.StatusRequestedRangeNotSatisfiable)
			return
		}
		sent, first, last, total := c.Response().Body(), 0, 0, 0
		if c.Response().StatusCode() == http.StatusPartialContent {
			said := string(c.Response().Header.Peek(fiber.HeaderContentRange))
			if _, err := fmt.Sscanf(said, "bytes %d-%d/%d", &first, &last, &total); err != nil || first < 0 || last < first || last >= len(body) || total != len(body) {
				t.Fatalf("%s of %d is answered with %s", text, len(body), said)
			}
			body = body[first : last+1]
		}
		if !bytes.Equal(sent, body) {
			t.Fatalf("%s is answered with %d bytes, not %d", text, len(sent), len(body))
		}
	})
}

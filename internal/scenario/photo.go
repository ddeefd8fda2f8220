package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"hash/fnv"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"

	"github.com/google/uuid"
)

// picture is a small photo of a word: the same word, the same picture.
func picture(word string) ([]byte, error) {
	h := fnv.New32a()
	_, _ = io.WriteString(h, word) // a hash takes everything
	shade := h.Sum32()
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for y := range 48 {
		for x := range 64 {
			img.Set(x, y, color.RGBA{uint8(shade) + uint8(x), uint8(shade >> 8), uint8(shade>>16) + uint8(y), 255})
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, nil)
	return b.Bytes(), err
}

// photo sends a picture; the answer is the photo as the server has it.
func (c *client) photo(ctx context.Context, word string) (a answered, err error) {
	if err := c.signIn(ctx); err != nil {
		return a, err
	}
	body, err := picture(word)
	if err != nil {
		return a, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.api+"/media?clientId="+uuid.NewString(), bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	req.Header.Set("Content-Type", "image/jpeg")
	req.Header.Set("Authorization", "Bearer "+c.token)
	res, err := c.http.Do(req)
	if err != nil {
		return a, err
	}
	defer func() { _ = res.Body.Close() }()
	a.status = res.StatusCode
	return a, json.NewDecoder(io.LimitReader(res.Body, mostAnswer)).Decode(&a.view)
}

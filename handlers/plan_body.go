package handlers

import (
	"errors"
	"io"
)

// bounded reads a body up to a bound, and knows whether there was more.
type bounded struct {
	src  io.Reader
	left int64
	over bool
}

var errTooLarge = errors.New("handlers: body too large")

func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.src.Read(p)
	if b.left -= int64(n); b.left < 0 {
		b.over = true
		return 0, errTooLarge
	}
	return n, err
}

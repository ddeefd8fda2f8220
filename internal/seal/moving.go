package seal

import (
	"context"
	"fmt"
)

// moving is the installation key on its way from one keeper to another.
type moving struct{ from, to KEK }

// Moving lets Rotate bring all keys from one installation key to another, from a file to a key service or back: the
// epochs up to the newest of the first are opened by it, everything is wrapped anew under the newest of the second. That
// must be higher, or the two could not be told apart. A move that broke off is taken up by the same two.
func Moving(from, to KEK) (KEK, error) {
	if to.Newest() <= from.Newest() {
		return nil, fmt.Errorf("seal: the key that is moved to ends with epoch %d; it must go beyond epoch %d of the one that is moved from", to.Newest(), from.Newest())
	}
	return moving{from, to}, nil
}

func (m moving) Newest() int64 { return m.to.Newest() }

func (m moving) holder(epoch int64) KEK {
	if epoch <= m.from.Newest() {
		return m.from
	}
	return m.to
}

func (m moving) Wrap(ctx context.Context, epoch int64, plain, bound []byte) ([]byte, error) {
	return m.holder(epoch).Wrap(ctx, epoch, plain, bound)
}

func (m moving) Unwrap(ctx context.Context, epoch int64, box, bound []byte) ([]byte, error) {
	return m.holder(epoch).Unwrap(ctx, epoch, box, bound)
}

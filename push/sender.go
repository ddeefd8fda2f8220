package push

import "context"

// None is the Sender of an installation without a push vendor: devices can register and inboxes fill, and every send is
// answered ErrNoVendor, so that it is counted as skipped and not taken for delivered.
type None struct{}

// Send implements Sender.
func (None) Send(context.Context, Letter) error { return ErrNoVendor }

// ByVendor sends each letter through the sender of its vendor.
type ByVendor map[string]Sender

// Send implements Sender.
func (v ByVendor) Send(ctx context.Context, l Letter) error {
	if s := v[l.Vendor]; s != nil {
		return s.Send(ctx, l)
	}
	return ErrNoVendor
}

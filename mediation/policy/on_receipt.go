package policy

// OnReceipt says what may be settled at once on receipt (即接即办), without mediation, by whoever takes it in. The zero value: nothing.
type OnReceipt struct {
	// Within so long of the receipt; what takes longer goes the usual way.
	Within Span
	// MaxSeverity: nothing graver than this.
	MaxSeverity int
}

var onReceiptKeys = []key[OnReceipt]{
	span("within", required, Text{"收到后多久之内", "so long after the receipt"}, func(o *OnReceipt) *Span { return &o.Within }),
	count("max_severity", required, 1, maxSeverity, Text{"严重程度不高于", "nothing graver than this"}, func(o *OnReceipt) *int { return &o.MaxSeverity }),
}

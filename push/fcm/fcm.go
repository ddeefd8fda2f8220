// Package fcm sends letters through Firebase Cloud Messaging. It is the only package that knows Firebase.
//
// The SDK repeats requests that were answered 503 or not at all, with its own waits of up to eight seconds, and drops the
// Retry-After header when it gives up. The outbox has the better schedule, so each Send is exactly one request: see
// once.go.
package fcm

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	firebase "firebase.google.com/go/v4"
	"firebase.google.com/go/v4/messaging"
	"google.golang.org/api/option"
	transport "google.golang.org/api/transport/http"

	"fengqiao/push"
)

// Vendor is what Device.Vendor says of devices that are reached through this package.
const Vendor = "fcm"

// scope is all that a sender may do with its credentials.
const scope = "https://www.googleapis.com/auth/firebase.messaging"

// Config says how FCM is reached.
type Config struct {
	// Project is the Firebase project's id. Needed.
	Project string
	// CredentialsFile is a service account's JSON key. Without one, and without Endpoint, the machine's own Google
	// credentials are used.
	CredentialsFile string
	// Endpoint replaces https://fcm.googleapis.com/v1, "/v1" included: for a proxy, or a local server in tests. With an
	// Endpoint and no CredentialsFile nothing is signed in.
	Endpoint string
	// Connections is how many requests run at once; as many connections are kept open where the server does not speak
	// HTTP/2. Default 256.
	Connections int
}

// Sender implements push.Sender.
type Sender struct {
	client *messaging.Client
}

var _ push.Sender = (*Sender)(nil)

// New makes a sender. It reads the credentials but does not call FCM.
func New(ctx context.Context, c Config) (*Sender, error) {
	if c.Project == "" {
		return nil, errors.New("fcm: no project")
	}
	signedIn, err := transport.NewTransport(ctx, keepAlive(c.Connections), c.credentials()...)
	if err != nil {
		return nil, fmt.Errorf("fcm: credentials: %w", err)
	}
	opts := []option.ClientOption{option.WithHTTPClient(&http.Client{Transport: once{signedIn}})}
	if c.Endpoint != "" {
		opts = append(opts, option.WithEndpoint(c.Endpoint))
	}
	app, err := firebase.NewApp(ctx, &firebase.Config{ProjectID: c.Project}, opts...)
	if err != nil {
		return nil, fmt.Errorf("fcm: %w", err)
	}
	client, err := app.Messaging(ctx)
	if err != nil {
		return nil, fmt.Errorf("fcm: %w", err)
	}
	return &Sender{client: client}, nil
}

func (c Config) credentials() []option.ClientOption {
	opts := []option.ClientOption{option.WithTelemetryDisabled()}
	switch {
	case c.CredentialsFile != "":
		return append(opts, option.WithScopes(scope), option.WithCredentialsFile(c.CredentialsFile))
	case c.Endpoint != "":
		return append(opts, option.WithoutAuthentication())
	}
	return append(opts, option.WithScopes(scope))
}

// keepAlive is a transport that opens a connection once and not per request: the default one keeps two.
func keepAlive(connections int) *http.Transport {
	if connections <= 0 {
		connections = 256
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = connections, connections
	t.IdleConnTimeout = 5 * time.Minute
	return t
}

// Send implements push.Sender with one request. The errors carry codes and never FCM's words, which may quote the letter.
func (s *Sender) Send(ctx context.Context, l push.Letter) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	got := &answer{cancel: cancel}
	name, err := s.client.Send(context.WithValue(ctx, answerKey{}, got), message(l))
	if err == nil && name != "" && got.status < http.StatusMultipleChoices { // the SDK takes 3xx for success too
		return nil
	}
	return judge(err, got)
}

// message is the letter in FCM's form.
func message(l push.Letter) *messaging.Message {
	priority, urgency, apns := "normal", "normal", "5"
	if l.Urgent {
		priority, urgency, apns = "high", "high", "10"
	}
	ttl := l.TTL
	shown := shownOnce(l.Notice)
	return &messaging.Message{
		Token:        l.Token,
		Data:         l.Data,
		Notification: &messaging.Notification{Title: l.Title, Body: l.Body},
		Android: &messaging.AndroidConfig{
			Priority: priority, TTL: &ttl, CollapseKey: l.Collapse,
			// Of two notifications with one tag the second replaces the first, so a letter that came twice shows once.
			Notification: &messaging.AndroidNotification{Tag: shown},
		},
		APNS: &messaging.APNSConfig{
			Headers: map[string]string{"apns-priority": apns, "apns-collapse-id": shown},
			Payload: &messaging.APNSPayload{Aps: &messaging.Aps{Sound: "default"}},
		},
		Webpush: &messaging.WebpushConfig{
			Headers:      map[string]string{"TTL": seconds(l.TTL), "Urgency": urgency},
			Notification: &messaging.WebpushNotification{Title: l.Title, Body: l.Body, Tag: shown},
		},
	}
}

package mongotest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"go.uber.org/goleak"
)

// startTime bounds the start of a server that is at hand; fetching an image or libraries has its own time.
const startTime = time.Minute

// Server is a server that can be used.
type Server struct {
	// URI is its address, without a database.
	URI string
	// Source says which of the ways in the package comment it came.
	Source string
	// hold is the stream whose end the server's process waits for; nil where the server is not ours.
	hold io.Closer
	done <-chan error
}

// Stop ends the server if it was started here and waits for its process.
func (s *Server) Stop() error {
	if s.hold == nil {
		return nil
	}
	if err := s.hold.Close(); err != nil {
		return err
	}
	<-s.done // how a process that was told to end did so is of no interest
	return nil
}

// Start finds a server or starts one on the given port of the loopback interface (0: any free one; without meaning for
// MONGODB_URI). What the server says goes to log. It ends with Stop or with this process, not with ctx.
func Start(ctx context.Context, port int, log io.Writer) (*Server, error) {
	from, err := choose(thisMachine())
	if err != nil {
		return nil, err
	}
	var server *Server
	switch from {
	case given:
		return &Server{URI: thisMachine().uri(), Source: from.String()}, nil
	case standIn:
		server, err = startStandIn(ctx, port, log)
	default:
		server, err = startReplicaSet(ctx, from, port, log)
	}
	if err != nil {
		return nil, fmt.Errorf("mongotest: %s: %w", from, err)
	}
	server.Source = from.String()
	return server, nil
}

// keep starts a process that ends when its standard input does, and returns what it prints, which must be read.
func keep(cmd *exec.Cmd, log io.Writer) (*Server, io.Reader, error) {
	hold, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	output, printed := io.Pipe()
	cmd.Stdout, cmd.Stderr = printed, log
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	done := make(chan error, 1)
	go await(cmd, printed, done)
	return &Server{hold: hold, done: done}, output, nil
}

func await(cmd *exec.Cmd, printed io.Closer, done chan<- error) {
	err := cmd.Wait()
	_ = printed.Close() // a pipe's writer closes without error
	done <- err
}

func drain(to io.Writer, from io.Reader) { _, _ = io.Copy(to, from) }

// Lasting are the goroutines that belong to the server, which runs as long as the tests of a package do.
func Lasting() []goleak.Option {
	var own []goleak.Option
	for _, f := range []string{"fengqiao/internal/mongotest.await", "fengqiao/internal/mongotest.drain", "os/exec.(*Cmd).writerDescriptor.func1", "os/exec.(*Cmd).Start.func2"} {
		own = append(own, goleak.IgnoreAnyFunction(f))
	}
	return own
}

// startStandIn builds the stand-in if that has not been done, and starts it.
func startStandIn(ctx context.Context, port int, log io.Writer) (*Server, error) {
	classPath, err := buildStandIn(ctx, log)
	if err != nil {
		return nil, err
	}
	server, output, err := keep(exec.Command("java", "-Xmx"+heap(), "-XX:+UseSerialGC", "-cp", classPath, "StandIn", strconv.Itoa(port)), io.Discard)
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if at, ok := strings.CutPrefix(lines.Text(), "listening "); ok {
			server.URI = "mongodb://127.0.0.1:" + at
			go drain(io.Discard, output) // nobody listens, but a full pipe would stop it
			return server, nil
		}
	}
	return nil, fmt.Errorf("the server ended before it listened (%v): %w", lines.Err(), <-server.done)
}

// watch runs a mongod until standard input ends, whatever became of the process at the other end of it.
const watch = `dir=$(mktemp -d) && mongod --replSet rs0 --bind_ip "$1" --port "$2" --dbpath "$dir" --quiet --logpath "$dir/log" &
server=$!; cat >/dev/null; kill "$server"; wait "$server"; rm -rf "$dir"`

// startReplicaSet starts mongod, here or in a container, and makes it a replica set of one.
func startReplicaSet(ctx context.Context, from source, port int, log io.Writer) (*Server, error) {
	if port == 0 {
		var err error
		if port, err = freePort(); err != nil {
			return nil, err
		}
	}
	at := strconv.Itoa(port)
	member := "127.0.0.1:" + at
	cmd := exec.Command("sh", "-c", watch, "sh", "127.0.0.1", at)
	if from == docker {
		member = "127.0.0.1:27017" // as the server sees itself, inside
		cmd = exec.Command("docker", "run", "--rm", "-i", "-p", "127.0.0.1:"+at+":27017", "mongo:7", "sh", "-c", watch, "sh", "0.0.0.0", "27017")
	}
	server, output, err := keep(cmd, log)
	if err != nil {
		return nil, err
	}
	go drain(log, output) // the server's words are for people
	server.URI = "mongodb://127.0.0.1:" + at + "/?directConnection=true"
	limit := startTime
	if from == docker {
		limit = 10 * time.Minute // the image may have to be fetched
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := initiate(ctx, server.URI, member); err != nil {
		return nil, fmt.Errorf("%w (%v)", err, server.Stop())
	}
	return server, nil
}

// initiate makes a fresh server the only member of a replica set and waits until it takes writes.
func initiate(ctx context.Context, uri, member string) error {
	client, err := mongo.Connect(ctx, options.Client().ApplyURI(uri).SetServerSelectionTimeout(time.Second))
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	admin := client.Database("admin")
	config := bson.D{{Key: "_id", Value: "rs0"}, {Key: "members", Value: bson.A{bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: member}}}}}
	for {
		var hello struct {
			Writable bool   `bson:"isWritablePrimary"`
			SetName  string `bson:"setName"`
		}
		err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
		if err == nil && hello.Writable {
			return nil
		}
		if err == nil && hello.SetName == "" {
			err = admin.RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: config}}).Err()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server did not become primary: %w (last: %v)", ctx.Err(), err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// freePort asks the system for a port that nobody uses now.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = listener.Close() }()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(port)
}

// run runs a tool to its end and shows what it said if it fails.
func run(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = os.Environ()
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(said)))
	}
	return nil
}

// StandInHeap is the environment variable with the stand-in's heap, as java's -Xmx takes it. All documents lie in it: 1g holds
// any test, but not a replay of ten thousand reports with their cases.
const StandInHeap = "FENGQIAO_STANDIN_HEAP"

func heap() string {
	if size := os.Getenv(StandInHeap); size != "" {
		return size
	}
	return "1g"
}

package mongotest

import (
	"errors"
	"os"
	"os/exec"
)

// source is a way to a server.
type source int

const (
	none source = iota
	given
	local
	docker
	standIn
)

func (s source) String() string {
	return [...]string{"none", "MONGODB_URI", "mongod", "Docker (mongo:7)", "stand-in (mongo-java-server)"}[s]
}

// machine answers what this machine has; each question is asked only if those before it were answered no.
type machine struct {
	uri    func() string
	mongod func() bool
	docker func() bool
	jdk    func() bool
	maven  func() bool
}

var errNothing = errors.New("neither MONGODB_URI nor mongod nor a running Docker nor a JDK with Maven")

// choose takes the first source that can be had.
func choose(m machine) (source, error) {
	switch {
	case m.uri() != "":
		return given, nil
	case m.mongod():
		return local, nil
	case m.docker():
		return docker, nil
	case m.jdk() && m.maven():
		return standIn, nil
	}
	return none, errNothing
}

// thisMachine asks the path; Docker counts only if its daemon answers, because the client alone is often installed.
func thisMachine() machine {
	onPath := func(name string) bool {
		_, err := exec.LookPath(name)
		return err == nil
	}
	return machine{
		uri:    func() string { return os.Getenv("MONGODB_URI") },
		mongod: func() bool { return onPath("mongod") },
		docker: func() bool { return onPath("docker") && exec.Command("docker", "info").Run() == nil },
		jdk:    func() bool { return onPath("java") && onPath("javac") },
		maven:  func() bool { return onPath("mvn") },
	}
}

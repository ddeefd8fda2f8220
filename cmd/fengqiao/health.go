package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/cmd/fengqiao/internal/words"
)

// healthWithin bounds the whole question; a container's health check gives up after three seconds.
const healthWithin = 2 * time.Second

func (c *command) healthCommand() *cobra.Command {
	return &cobra.Command{Use: "health", Short: c.short("询问本机服务是否存活", "ask the server on this machine whether it lives"),
		Long: words.Text{
			Zh: "请求 listen 设置所指地址的 /healthz；有回答则退出码为 0，否则为 1。供没有 curl 的容器做健康检查。",
			En: "Asks /healthz at the address of the listen setting; exit code 0 if it answers, else 1. For the health checks of containers\nthat have no curl."}.In(c.lang),
		RunE: func(cmd *cobra.Command, _ []string) error { return askHealth(cmd.Context(), c.Values) }}
}

// askHealth returns nil if the server that these settings describe answers.
func askHealth(ctx context.Context, v *settings.Values) error {
	address, err := ownAddress(v.Listen)
	if err != nil {
		return err
	}
	scheme := "http://"
	if v.TLSCert != "" {
		scheme = "https://"
	}
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+address+"/healthz", nil)
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	// The certificate bears the public name, not this one; nothing secret is sent, and whether somebody lives is all that is asked.
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, 4096))
	if res.StatusCode != http.StatusOK {
		err = errors.Join(fmt.Errorf("health: %s answered %s", address, res.Status), err)
	}
	return errors.Join(err, res.Body.Close())
}

// ownAddress is where a server that listens so is reached from the same machine: "all interfaces" is no address to call.
func ownAddress(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", fmt.Errorf("health: %w", err)
	}
	if port == "0" {
		return "", fmt.Errorf("%w: listen: port 0 is any port, so nobody knows which to ask", settings.ErrUsage)
	}
	switch ip := net.ParseIP(host); {
	case host == "", ip != nil && ip.Equal(net.IPv4zero):
		host = "127.0.0.1"
	case ip != nil && ip.Equal(net.IPv6unspecified):
		host = "::1"
	}
	return net.JoinHostPort(host, port), nil
}

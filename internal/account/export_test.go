package account

// MarkDevice and KnowsDevice are how devices are marked and known under a secret.
func MarkDevice(secret []byte, login string, nonce []byte) string {
	return (&ring{secret: secret}).deviceToken(login, nonce)
}

func KnowsDevice(secret []byte, login, token string) bool {
	_, ok := (&ring{secret: secret}).knownDevice(login, token)
	return ok
}

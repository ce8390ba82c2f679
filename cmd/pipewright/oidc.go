package main

import (
	"errors"
	"net/url"

	"github.com/spf13/pflag"

	"pipewright/runtime/server"
)

// oidcOptions say by whom people may be signed in besides the password.
type oidcOptions struct {
	Issuer, ClientID, ClientSecret, ProviderName, Match string
}

func oidcFlags(f *pflag.FlagSet, o *oidcOptions) {
	f.StringVar(&o.Issuer, "oidc-issuer", env("OIDC_ISSUER", ""), "OpenID Connect provider that people may sign in through, such as https://login.example.com; needs --public-url")
	f.StringVar(&o.ClientID, "oidc-client-id", env("OIDC_CLIENT_ID", ""), "what the provider calls this installation")
	f.StringVar(&o.ClientSecret, "oidc-client-secret", env("OIDC_CLIENT_SECRET", ""), "its secret there; better given as PIPEWRIGHT_OIDC_CLIENT_SECRET, which no list of processes shows")
	f.StringVar(&o.ProviderName, "oidc-name", env("OIDC_NAME", "SSO"), "what the sign-in page calls the provider")
	f.StringVar(&o.Match, "oidc-match", env("OIDC_MATCH", "email"), "how a person is found at the first sign-in: by a verified email, or by the provider's username")
}

// provider is nil when none is named.
func (o oidcOptions) provider(publicURL string) (*server.OIDC, error) {
	if o.Issuer == "" {
		return nil, nil
	}
	if u, err := url.Parse(o.Issuer); err != nil || u.Host == "" || u.Scheme != "https" && u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost" {
		return nil, errors.New("--oidc-issuer must look like https://login.example.com")
	}
	if o.ClientID == "" || publicURL == "" {
		return nil, errors.New("--oidc-issuer needs --oidc-client-id and --public-url")
	}
	if o.Match != "email" && o.Match != "username" {
		return nil, errors.New("--oidc-match is email or username")
	}
	return &server.OIDC{Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: o.ClientSecret, Name: o.ProviderName, ByUsername: o.Match == "username", PublicURL: publicURL}, nil
}

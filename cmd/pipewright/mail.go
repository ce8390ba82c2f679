package main

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/spf13/pflag"

	"pipewright/runtime/outbound"
)

// mailOptions say how mails go out.
type mailOptions struct {
	SMTPURL, MailFrom, SMTPTLS string
	// MailCap is how many addresses out of records are written to in a day.
	MailCap int
	// PublicURL is where people reach the product: links in mails begin with it.
	PublicURL string
}

func mailFlags(f *pflag.FlagSet, o *mailOptions) {
	capped, err := strconv.Atoi(env("MAIL_DAILY_CAP", "500"))
	if err != nil {
		capped = -1
	}
	f.StringVar(&o.SMTPURL, "smtp-url", env("SMTP_URL", ""), "mail server, smtp://user:password@host:587 or smtps://…; better given by PIPEWRIGHT_SMTP_URL, since it holds a password")
	f.StringVar(&o.MailFrom, "mail-from", env("MAIL_FROM", ""), `sender of mails, "Name <address>"`)
	f.StringVar(&o.SMTPTLS, "smtp-tls", env("SMTP_TLS", "required"), "encryption with an smtp:// server: required, optional or off")
	f.IntVar(&o.MailCap, "mail-daily-cap", capped, "how many addresses taken from records are written to in a day (UTC); 0: no bound")
	f.StringVar(&o.PublicURL, "public-url", env("PUBLIC_URL", ""), "address by which people reach Pipewright, such as https://crm.example.com: links in mails begin with it")
}

// mailer is how mails go out; nil when no server is set. Errors say which setting is wrong.
func (o *mailOptions) mailer() (outbound.Mailer, error) {
	if o.MailCap < 0 {
		return nil, errors.New("--mail-daily-cap must be 0 or more")
	}
	if o.PublicURL != "" {
		u, err := url.Parse(o.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			return nil, errors.New("--public-url must look like https://crm.example.com")
		}
	}
	if o.SMTPURL == "" {
		return nil, nil
	}
	m, err := outbound.NewSMTP(outbound.SMTPConfig{URL: o.SMTPURL, From: o.MailFrom, TLS: o.SMTPTLS})
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return m, nil
}
